package org.intergov.outbound.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** A healthy channel by itself, and beside one that never answers and one that takes 250 ms. */
final class IsolationBench {
  private static final String CHANNELS =
      """
      channels:
        - id: bench
          match: { receiver: SG }
          kind: http
          parameters: { url: "%s/confirmed" }
          poll: { finality: 0s }
        - id: black-hole
          match: { receiver: GB }
          kind: http
          parameters: { url: "%s/hole" }
        - id: slow
          match: { receiver: NZ }
          kind: http
          parameters: { url: "%s/slow" }
          poll: { first-after: 1h, every: 1h }
      """;

  private final Scale scale;

  IsolationBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    Load.Part healthy = new Load.Part("SG", 500, 5);
    Load.Part hole = new Load.Part("GB", 50, 5);
    Load.Part slow = new Load.Part("NZ", 50, 5);
    List<Double> alone = new ArrayList<>();
    List<Double> beside = new ArrayList<>();
    List<Double> ratios = new ArrayList<>();
    int refused = 0;
    try (Rig rig = new Rig("isolation", CHANNELS, "-Xmx256m")) {
      rig.warmUp(scale.turn());
      // the same traffic in both, so that only what becomes of it differs
      Load.Part same = new Load.Part("SG", 100, 5);
      for (int i = 0; i < scale.rounds(); i++) {
        rig.sink.latencies();
        refused += Load.run(rig, scale.seconds(), healthy, same);
        double by = p99(rig.sink.latencies());
        refused += Load.run(rig, scale.seconds(), healthy, hole, slow);
        double with = p99(rig.sink.latencies());
        alone.add(by);
        beside.add(with);
        ratios.add(with / by);
      }
    }
    String what = "500 messages a second to a healthy channel, submit to channel, p99";
    report.figure("isolation.alone", Comparison.median(alone), "ms", what).print();
    report
        .figure(
            "isolation.beside",
            Comparison.median(beside),
            "ms",
            what + "; 50 a second to a channel that never answers, 50 to one that takes 250 ms")
        .ratio(Comparison.median(ratios), "alone, median of pairs")
        .ratioAtMost(1.2)
        .with("requests_refused", refused)
        .print();
  }

  private static double p99(JsonNode latencies) {
    return latencies.path("p99").asLong() / 1e6;
  }
}
