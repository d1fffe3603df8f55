package org.intergov.outbound.bench;

import java.util.ArrayList;
import java.util.List;

/** The router again, with what a long life leaves behind: finished rows, a backlog, channels. */
final class GrowthBench {
  private final Scale scale;

  GrowthBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    int messages = scale.turn() / 2;
    try (Rig none = rig("growth-none", 0);
        Rig some = rig("growth-some", scale.many() / 10);
        Rig many = rig("growth-many", scale.many())) {
      List<Rig> rigs = List.of(none, some, many);
      List<List<Double>> rates = List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
      for (int round = 0; round < scale.warmUpTurns() + scale.rounds(); round++) {
        for (int i = 0; i < rigs.size(); i++) {
          Turn turn = turn(rigs.get(i), messages);
          if (round >= scale.warmUpTurns()) {
            rates.get(i).add(turn.rate());
          }
        }
      }
      print(report, "growth.finished-0", rates, 0, messages, 0);
      print(report, "growth.finished-" + scale.many() / 10, rates, 1, messages, scale.many() / 10);
      print(report, "growth.finished-" + scale.many(), rates, 2, messages, scale.many());
      bigBacklog(report, none, messages);
    }
  }

  /** The same number of messages in 1, 100 and 1,000 lanes. */
  void runChannels(Report report) throws Exception {
    int messages = scale.turn() / 2;
    for (int channels : new int[] {1, 100, 1_000}) {
      channels(report, channels, messages);
    }
  }

  private Rig rig(String name, int finished) throws Exception {
    Rig rig = new Rig(name, Rig.oneChannel("received"), "-Xmx256m");
    rig.pause();
    if (finished > 0) {
      rig.database.finished(finished, Rig.LANE);
    }
    rig.database.run("VACUUM ANALYZE");
    rig.freezeGateway(true);
    return rig;
  }

  /** Of several gateways on this machine only one runs. */
  private static Turn turn(Rig rig, int messages) throws Exception {
    rig.freezeGateway(false);
    try {
      return RouterBench.turnOfGateway(rig, messages);
    } finally {
      rig.freezeGateway(true);
    }
  }

  private static void print(
      Report report, String name, List<List<Double>> rates, int of, int messages, int finished) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < rates.get(of).size(); i++) {
      ratios.add(rates.get(of).get(i) / rates.get(0).get(i));
    }
    String what =
        "router, backlog of %d, beside %d finished messages with lake and journal; databases take"
                .formatted(messages, finished)
            + " turns, median";
    Report.Figure figure =
        report
            .figure(name, Comparison.median(rates.get(of)), "messages/s", what)
            .with("rates", rates.get(of).stream().map(Math::round).toList());
    if (of > 0) {
      figure.ratio(Comparison.median(ratios), "none finished, median of rounds");
    }
    if (of == 2) {
      figure.ratioAtLeast(0.9);
    }
    figure.print();
  }

  private void bigBacklog(Report report, Rig rig, int messages) throws Exception {
    rig.freezeGateway(false);
    rig.database.backlog(scale.many(), Rig.LANE);
    rig.database.checkpoint();
    long posts = rig.sink.posts() + messages;
    Turn turn =
        Turn.of(
            rig,
            rig.gateway.pid(),
            messages,
            () -> {
              rig.resume();
              rig.awaitPosts(posts);
            });
    String what = "router, the first %d of a backlog of %d".formatted(messages, scale.many());
    report.figure("growth.backlog", turn.rate(), "messages/s", what).print();
  }

  /** As many lanes, with the same number of messages in all. */
  private void channels(Report report, int channels, int messages) throws Exception {
    StringBuilder yaml = new StringBuilder("channels:\n");
    for (int i = 0; i < channels; i++) {
      yaml.append("  - id: c")
          .append(i)
          .append("\n    match: { receiver: SG, predicate: UN.")
          .append(i)
          .append(" }\n    kind: http\n    parameters: { url: \"%s/received\" }\n")
          .append("    poll: { first-after: 1h, every: 1h }\n");
    }
    long begin = System.nanoTime();
    try (Rig rig = new Rig("growth-channels", yaml.toString(), "-Xmx256m")) {
      double ready = (System.nanoTime() - begin) / 1e9;
      double rate = 0;
      for (int round = 0; round <= scale.warmUpTurns(); round++) {
        for (int i = 0; i < channels; i++) {
          rig.database.backlog(messages / channels, "c" + i, "now() + interval '1 hour'");
        }
        rig.database.checkpoint();
        long posts = rig.sink.posts() + messages / channels * channels;
        Turn turn =
            Turn.of(
                rig,
                rig.gateway.pid(),
                messages,
                () -> {
                  rig.database.run(
                      "UPDATE delivery_outbox SET due_at = now() WHERE stage = 'open'");
                  rig.awaitSettled(posts);
                });
        rate = turn.rate();
      }
      String what =
          "router, backlog of %d spread over %d channels, that made due by one UPDATE included"
              .formatted(messages, channels);
      report
          .figure("channels-" + channels, rate, "messages/s", what)
          .with("database_made_and_gateway_started_s", ready)
          .print();
    }
  }
}
