package org.intergov.outbound.bench;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What it costs to watch: turns of the router while somebody does, beside turns while nobody does.
 * Who watches scrapes the metrics, asks for the health in detail and reads every MBean of gateway
 * and Camel, when a turn begins and every {@code bench.watch} seconds from then on. It shares the
 * cores with the gateway.
 */
final class ManagementBench {
  private static final int PAIRS = 3;

  /** Seconds; at which the shipped configuration of Prometheus scrapes. */
  private static final int EVERY = Integer.getInteger("bench.watch", 15);

  private static final String CHANNELS = Rig.oneChannel("received");

  private final Scale scale;

  ManagementBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    List<Turn> watched = new ArrayList<>();
    List<Turn> alone = new ArrayList<>();
    try (Rig rig = new Rig("management", CHANNELS, "-Xmx256m");
        Watcher watcher = new Watcher(rig)) {
      rig.pause();
      // many turns: what is looked for is smaller than what one turn differs from the next
      for (int i = -scale.warmUpTurns(); i < PAIRS * scale.rounds(); i++) {
        if (i == 0) {
          watched.clear();
          alone.clear();
        }
        boolean first = i % 2 == 0;
        if (first) {
          watched.add(watched(watcher, rig));
        }
        alone.add(turn(rig));
        if (!first) {
          watched.add(watched(watcher, rig));
        }
      }
    }
    String what = "turns of %d messages, %d of each; ".formatted(turn(), alone.size());
    report
        .figure("management.alone", rate(alone), "messages/s", what + "nobody watches")
        .with("gateway_cpu_us", cpu(alone))
        .print();
    report
        .figure(
            "management.watched",
            rate(watched),
            "messages/s",
            what + "watched every " + EVERY + " s")
        .ratio(ratio(watched, alone), "alone, median of pairs")
        .with("gateway_cpu_us", cpu(watched))
        .ratioAtLeast(0.98)
        .print();
  }

  /** As long as it takes to be looked at once. */
  private int turn() {
    return 2 * scale.turn();
  }

  private Turn turn(Rig rig) throws Exception {
    return RouterBench.turnOfGateway(rig, turn());
  }

  private static double ratio(List<Turn> these, List<Turn> those) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < these.size(); i++) {
      ratios.add(these.get(i).rate() / those.get(i).rate());
    }
    return Comparison.median(ratios);
  }

  private static double rate(List<Turn> turns) {
    return Comparison.median(turns.stream().map(Turn::rate).toList());
  }

  private static double cpu(List<Turn> turns) {
    return Comparison.median(turns.stream().map(Turn::microsOwn).toList());
  }

  private Turn watched(Watcher watcher, Rig rig) throws Exception {
    int before = watcher.looks;
    ScheduledFuture<?> watch = watcher.start();
    Turn turn = turn(rig);
    if (watch.isDone()) {
      watch.get(); // throws what went wrong
    }
    watch.cancel(false);
    if (watcher.looks == before) {
      throw new IllegalStateException("nobody has watched");
    }
    return turn;
  }

  /** Looks at once and then every some seconds, from a thread of its own. */
  private static final class Watcher implements AutoCloseable {
    private static final String OURS = "org.intergov.outbound:*";
    private static final String CAMELS = "org.apache.camel:*";

    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<ObjectName, String[]> attributes = new HashMap<>();
    private final String base;
    private final JMXConnector jmx;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private volatile int looks;

    Watcher(Rig rig) throws Exception {
      base = "http://127.0.0.1:" + rig.gateway.managementPort();
      VirtualMachine machine = VirtualMachine.attach(String.valueOf(rig.gateway.pid()));
      String url = machine.startLocalManagementAgent();
      machine.detach();
      jmx = JMXConnectorFactory.connect(new JMXServiceURL(url));
    }

    ScheduledFuture<?> start() {
      return thread.scheduleAtFixedRate(this::look, 0, EVERY, TimeUnit.SECONDS);
    }

    private void look() {
      try {
        get("/observe/metrics");
        get("/observe/health?data=true");
        read(OURS);
        read(CAMELS);
        looks++;
      } catch (JMException | IOException | InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }

    private void read(String domain) throws JMException, IOException {
      MBeanServerConnection beans = jmx.getMBeanServerConnection();
      for (ObjectName name : beans.queryNames(new ObjectName(domain), null)) {
        // of what kind it is, clients ask once
        if (!attributes.containsKey(name)) {
          attributes.put(
              name,
              Arrays.stream(beans.getMBeanInfo(name).getAttributes())
                  .map(MBeanFeatureInfo::getName)
                  .toArray(String[]::new));
        }
        beans.getAttributes(name, attributes.get(name));
      }
    }

    private void get(String path) throws IOException, InterruptedException {
      int status =
          http.send(
                  HttpRequest.newBuilder(URI.create(base + path)).build(),
                  HttpResponse.BodyHandlers.ofString())
              .statusCode();
      if (status != 200) {
        throw new IllegalStateException(path + " answered " + status);
      }
    }

    @Override
    public void close() throws Exception {
      thread.shutdown();
      thread.awaitTermination(10, TimeUnit.SECONDS);
      jmx.close();
    }
  }
}
