package org.intergov.outbound.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Turns of gateway and loop, pair by pair. Figures are medians. */
final class Comparison {
  private final List<Turn> gateway = new ArrayList<>();
  private final List<Turn> loop = new ArrayList<>();

  void add(Turn ofGateway, Turn ofLoop) {
    gateway.add(ofGateway);
    loop.add(ofLoop);
  }

  double ratio() {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < gateway.size(); i++) {
      ratios.add(gateway.get(i).rate() / loop.get(i).rate());
    }
    return median(ratios);
  }

  double gatewayRate() {
    return median(gateway, Turn::rate);
  }

  Report.Figure print(Report report, String name, String what) {
    report
        .figure(name + ".loop", median(loop, Turn::rate), "messages/s", what + "; loop by hand")
        .with("rates", rates(loop))
        .with("loop_cpu_us", median(loop, Turn::microsOwn))
        .with("postgres_cpu_us", median(loop, Turn::microsPostgres))
        .with("sink_cpu_us", median(loop, Turn::microsSink))
        .print();
    return report
        .figure(name + ".gateway", gatewayRate(), "messages/s", what + "; packaged gateway")
        .ratio(ratio(), "loop, median of pairs")
        .with("rates", rates(gateway))
        .with("gateway_cpu_us", median(gateway, Turn::microsOwn))
        .with("postgres_cpu_us", median(gateway, Turn::microsPostgres))
        .with("sink_cpu_us", median(gateway, Turn::microsSink));
  }

  private static List<Long> rates(List<Turn> turns) {
    return turns.stream().map(t -> Math.round(t.rate())).toList();
  }

  private static double median(List<Turn> turns, ToDoubleFunction<Turn> of) {
    return median(turns.stream().map(of::applyAsDouble).toList());
  }

  static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    return n % 2 == 1 ? sorted.get(n / 2) : (sorted.get(n / 2 - 1) + sorted.get(n / 2)) / 2;
  }
}
