package org.intergov.outbound.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * A channel that has trouble with a few messages: one whose every twentieth answer is 503 with
 * {@code Retry-After: 1}, and one of which a third of the messages fail at first. Each by itself,
 * beside its own rate without faults. Messages that were put off come last, and what is waited for
 * them is the same for few and for many: a turn has more messages here than elsewhere.
 */
final class FlakyBench {
  private final Scale scale;
  private final int turn;

  FlakyBench(Scale scale) {
    this.scale = scale;
    this.turn = 2 * scale.turn();
  }

  void run(Report report) throws Exception {
    double sound = rate("received");
    report.figure("flaky.sound", sound, "messages/s", what("no faults")).print();
    report(report, "flaky.busy", "busy", 0.7, sound, "every 20th answer is 503, Retry-After: 1");
    report(report, "flaky.third", "third", 0.5, sound, "a third answered 500 at first");
  }

  private void report(
      Report report, String name, String kind, double target, double sound, String faults)
      throws Exception {
    double rate = rate(kind);
    report
        .figure(name, rate, "messages/s", what(faults))
        .ratio(rate / sound, "without faults")
        .ratioAtLeast(target)
        .print();
  }

  private String what(String faults) {
    return "backlog of %d messages in one lane until all are settled; %s; median of %d"
        .formatted(turn, faults, scale.rounds());
  }

  private double rate(String kind) throws Exception {
    List<Double> rates = new ArrayList<>();
    try (Rig rig = new Rig("flaky-" + kind, Rig.oneChannel(kind), "-Xmx256m")) {
      rig.pause();
      for (int i = 0; i < scale.warmUpTurns() + scale.rounds(); i++) {
        double rate = RouterBench.turnOfGateway(rig, turn).rate();
        if (i >= scale.warmUpTurns()) {
          rates.add(rate);
        }
      }
    }
    return Comparison.median(rates);
  }
}
