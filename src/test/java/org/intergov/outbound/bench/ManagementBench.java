package org.intergov.outbound.bench;

import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.management.MBeanFeatureInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * What it costs to watch: turns of the router while somebody scrapes its metrics, asks for its
 * health in detail and reads all MBeans of gateway and Camel every second, beside turns while
 * nobody does.
 */
final class ManagementBench {
  private final Scale scale;

  ManagementBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    try (Rig rig = new Rig("management", Rig.oneChannel("received"), "-Xmx256m")) {
      rig.pause();
      for (int i = 0; i < scale.warmUpTurns(); i++) {
        RouterBench.turnOfGateway(rig, scale.turn());
        watched(rig);
      }
      List<Turn> watched = new ArrayList<>();
      List<Turn> alone = new ArrayList<>();
      List<Double> ratios = new ArrayList<>();
      for (int i = 0; i < 2 * scale.rounds(); i++) {
        // in turn, so that neither is always the first
        boolean first = i % 2 == 0;
        Turn one = first ? watched(rig) : RouterBench.turnOfGateway(rig, scale.turn());
        Turn other = first ? RouterBench.turnOfGateway(rig, scale.turn()) : watched(rig);
        watched.add(first ? one : other);
        alone.add(first ? other : one);
        ratios.add(watched.get(i).rate() / alone.get(i).rate());
      }
      String what = "turns of %d messages, %d of each".formatted(scale.turn(), watched.size());
      report
          .figure("management.alone", rate(alone), "messages/s", what + "; nobody watches")
          .with("gateway_cpu_us", cpu(alone))
          .print();
      report
          .figure("management.watched", rate(watched), "messages/s", what + "; watched each second")
          .ratio(Comparison.median(ratios), "alone, median of pairs")
          .with("gateway_cpu_us", cpu(watched))
          .ratioAtLeast(0.98)
          .print();
    }
  }

  private static double rate(List<Turn> turns) {
    return Comparison.median(turns.stream().map(Turn::rate).toList());
  }

  private static double cpu(List<Turn> turns) {
    return Comparison.median(turns.stream().map(Turn::microsOwn).toList());
  }

  private Turn watched(Rig rig) throws Exception {
    try (Watcher watcher = new Watcher(rig)) {
      Turn turn = RouterBench.turnOfGateway(rig, scale.turn());
      if (watcher.looks == 0) {
        throw new IllegalStateException("nobody has watched");
      }
      return turn;
    }
  }

  /** Looks at everything once a second. */
  private static final class Watcher implements AutoCloseable {
    private final HttpClient http = HttpClient.newHttpClient();
    private final String base;
    private final JMXConnector jmx;
    private final CountDownLatch over = new CountDownLatch(1);
    private final Thread thread = new Thread(this::watch, "watcher");
    private volatile int looks;

    Watcher(Rig rig) throws Exception {
      base = "http://127.0.0.1:" + rig.gateway.managementPort();
      VirtualMachine machine = VirtualMachine.attach(String.valueOf(rig.gateway.pid()));
      String url = machine.startLocalManagementAgent();
      machine.detach();
      jmx = JMXConnectorFactory.connect(new JMXServiceURL(url));
      thread.start();
    }

    private void watch() {
      try {
        MBeanServerConnection beans = jmx.getMBeanServerConnection();
        do {
          get("/observe/metrics");
          get("/observe/health?data=true");
          for (String pattern : List.of("org.intergov.outbound:*", "org.apache.camel:*")) {
            for (ObjectName name : beans.queryNames(new ObjectName(pattern), null)) {
              String[] attributes =
                  Arrays.stream(beans.getMBeanInfo(name).getAttributes())
                      .map(MBeanFeatureInfo::getName)
                      .toArray(String[]::new);
              beans.getAttributes(name, attributes);
            }
          }
          looks++;
        } while (!over.await(1, TimeUnit.SECONDS));
      } catch (Exception e) {
        throw new IllegalStateException(e);
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
      over.countDown();
      thread.join();
      jmx.close();
    }
  }
}
