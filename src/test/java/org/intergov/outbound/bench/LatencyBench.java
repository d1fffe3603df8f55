package org.intergov.outbound.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;

/** What passes between the making of a message, its submission included, and its arrival. */
final class LatencyBench {
  private final Scale scale;

  LatencyBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    int seconds = scale.seconds();
    try (Rig rig = new Rig("latency", Rig.oneChannel("confirmed"), "-Xmx256m")) {
      rig.warmUp(scale.turn());
      rig.sink.latencies();
      int refused = Load.run(rig, seconds, new Load.Part("SG", 20, 1));
      print(report, rig, "latency.idle", refused, "20 messages a second, one in each POST", true);
      int half = 2_000;
      refused = Load.run(rig, seconds, new Load.Part("SG", half, 50));
      print(
          report,
          rig,
          "latency.half-load",
          refused,
          half + " messages a second, 50 in each POST",
          false);
    }
  }

  private static void print(
      Report report, Rig rig, String name, int refused, String what, boolean target) {
    JsonNode found = rig.sink.latencies();
    String of = what + ", submit to channel, of " + found.path("count").asInt();
    for (String percentile : new String[] {"p50", "p99", "max"}) {
      double millis = found.path(percentile).asLong() / 1e6;
      Report.Figure figure =
          report.figure(
              name + "." + percentile,
              millis,
              "ms",
              of + " " + percentile.toUpperCase(Locale.ROOT));
      if (target && !percentile.equals("max")) {
        figure.atMost(percentile.equals("p50") ? 20 : 100);
      }
      figure.with("requests_refused", refused).print();
    }
  }
}
