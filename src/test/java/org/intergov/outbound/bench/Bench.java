package org.intergov.outbound.bench;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the benches and prints their figures, whether or not targets are met.
 *
 * <p>{@code -Dbench.only=router,latency} picks some; {@code -Dbench.quick=true} shows in minutes
 * that all of them run.
 */
public final class Bench {
  private Bench() {}

  private interface One {
    void run(Report report) throws Exception;
  }

  /** See the class. */
  public static void main(String[] args) throws Exception {
    Scale scale = Boolean.getBoolean("bench.quick") ? Scale.QUICK : Scale.FULL;
    Map<String, One> all = new LinkedHashMap<>();
    all.put("router", new RouterBench(scale)::run);
    all.put("whole-flow", new WholeFlowBench(scale)::run);
    all.put("poller", new PollerBench(scale)::run);
    all.put("management", new ManagementBench(scale)::run);
    all.put("latency", new LatencyBench(scale)::run);
    all.put("isolation", new IsolationBench(scale)::run);
    all.put("flaky", new FlakyBench(scale)::run);
    all.put("growth", new GrowthBench(scale)::run);
    all.put("channels", new GrowthBench(scale)::runChannels);
    all.put("start", new StartBench(scale)::run);
    all.put("replicas", new ReplicasBench(scale)::run);
    all.put("backpressure", new BackpressureBench(scale)::run);
    all.put("profile", new ProfileBench(scale)::run);
    List<String> only =
        Arrays.stream(System.getProperty("bench.only", "").split(","))
            .filter(name -> !name.isBlank())
            .toList();
    for (String name : only) {
      if (!all.containsKey(name)) {
        throw new IllegalArgumentException(
            "-Dbench.only: there is no bench " + name + "; there are " + all.keySet());
      }
    }
    Report report = new Report();
    for (Map.Entry<String, One> bench : all.entrySet()) {
      boolean asked =
          only.isEmpty() ? !bench.getKey().equals("profile") : only.contains(bench.getKey());
      if (asked) {
        bench.getValue().run(report);
        report.write(Path.of("target", "bench.json"));
      }
    }
    System.exit(0);
  }
}
