package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import kafka.tools.StorageTool;

/** One node of the cluster: a process that can be killed and started again. */
public final class KafkaNode {
  static final String USER = "gateway";
  static final String PASSWORD = "let-\"me\"-in\\now";

  private final int id;
  private final int plainPort = Ports.free();
  private final int securePort = Ports.free();
  private final Path home;
  private final Path properties;
  private Process process;

  KafkaNode(int id, List<Integer> controllers, Path cluster, KafkaCertificates certificates) {
    this.id = id;
    this.home = cluster.resolve("node-" + id);
    this.properties = cluster.resolve("node-" + id + ".properties");
    String voters =
        IntStream.rangeClosed(1, controllers.size())
            .mapToObj(n -> n + "@127.0.0.1:" + controllers.get(n - 1))
            .collect(Collectors.joining(","));
    GatewayProcess.write(
        properties,
        """
        process.roles=broker,controller
        node.id=%1$d
        controller.quorum.voters=%2$s
        controller.listener.names=CONTROLLER
        listeners=PLAINTEXT://127.0.0.1:%3$d,SASL_SSL://127.0.0.1:%4$d,CONTROLLER://127.0.0.1:%5$d
        advertised.listeners=PLAINTEXT://127.0.0.1:%3$d,SASL_SSL://127.0.0.1:%4$d
        listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL
        inter.broker.listener.name=PLAINTEXT
        log.dirs=%6$s
        broker.session.timeout.ms=4000
        broker.heartbeat.interval.ms=500
        offsets.topic.replication.factor=3
        offsets.topic.num.partitions=2
        default.replication.factor=3
        min.insync.replicas=2
        auto.create.topics.enable=false
        group.initial.rebalance.delay.ms=0
        num.network.threads=1
        num.io.threads=2
        background.threads=1
        num.recovery.threads.per.data.dir=1
        log.cleaner.enable=false
        ssl.keystore.type=PEM
        ssl.keystore.location=%7$s
        ssl.truststore.type=PEM
        ssl.truststore.location=%8$s
        ssl.client.auth=required
        sasl.enabled.mechanisms=PLAIN
        listener.name.sasl_ssl.plain.sasl.jaas.config=\\
          org.apache.kafka.common.security.plain.PlainLoginModule required \\
          user_%9$s="%10$s";
        """
            .formatted(
                id,
                voters,
                plainPort,
                securePort,
                controllers.get(id - 1),
                home,
                certificates.both(),
                certificates.certificate(),
                USER,
                // once for the login's own quotes, once for the file of properties
                PASSWORD.replace("\\", "\\\\").replace("\"", "\\\"").replace("\\", "\\\\")));
  }

  int plainPort() {
    return plainPort;
  }

  int securePort() {
    return securePort;
  }

  void format(String clusterId) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    int exit =
        StorageTool.execute(
            new String[] {"format", "-t", clusterId, "-c", properties.toString()},
            new PrintStream(said, true, StandardCharsets.UTF_8));
    assertThat(exit).as(said.toString(StandardCharsets.UTF_8)).isZero();
  }

  public void start() {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
                GatewayProcess.java(),
                "-Xmx192m",
                "-Xss512k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dcom.sun.management.jmxremote=false",
                "kafka.Kafka",
                properties.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(Path.of(home + ".log").toFile()));
    builder.environment().put("CLASSPATH", classPath);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  public void kill() {
    if (process != null) {
      process.destroyForcibly();
      try {
        process.waitFor();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
