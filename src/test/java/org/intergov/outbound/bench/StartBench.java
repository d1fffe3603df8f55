package org.intergov.outbound.bench;

import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.acceptance.GatewayProcess;

/**
 * From the start of the process: until it is ready, and what the first 10 seconds move where a
 * backlog waits; as it comes, and with an archive of loaded classes (CDS).
 */
final class StartBench {
  private static final Path ARCHIVE = Path.of("target", "bench", "classes.jsa").toAbsolutePath();
  private final Scale scale;

  StartBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    makeArchive();
    ready(report, "start.ready", "run on its existing embedded database", "-Xmx256m");
    ready(report, "start.ready-cds", "the same with a class archive", "-Xmx256m", cds());
    cold(report, "start.first-10s", "", "-Xmx256m");
    cold(report, "start.first-10s-cds", ", with a class archive", "-Xmx256m", cds());
  }

  private static String cds() {
    return "-XX:SharedArchiveFile=" + ARCHIVE;
  }

  /** One run under load, whose classes are archived at its end. */
  private void makeArchive() throws Exception {
    Files.createDirectories(ARCHIVE.getParent());
    Files.deleteIfExists(ARCHIVE);
    String channels = Rig.oneChannel("received");
    try (Rig rig = new Rig("start", channels, "-Xmx256m", "-XX:ArchiveClassesAtExit=" + ARCHIVE)) {
      rig.pause();
      RouterBench.turnOfGateway(rig, 2_000);
      rig.gateway.terminate();
    }
  }

  private void ready(Report report, String name, String what, String... jvm) throws Exception {
    List<Double> seconds = new ArrayList<>();
    try (GatewayProcess gateway =
        GatewayProcess.named("bench-start")
            .channels(Rig.oneChannel("received").replace("%s", "http://127.0.0.1:1"))
            .jvm(jvm)) {
      gateway.start().terminate();
      for (int i = 0; i < 5; i++) {
        long begin = System.nanoTime();
        gateway.launch();
        await()
            .atMost(Duration.ofMinutes(1))
            .pollDelay(Duration.ZERO)
            .pollInterval(Duration.ofMillis(10))
            .until(() -> gateway.readyStatus() == 200);
        seconds.add((System.nanoTime() - begin) / 1e9);
        gateway.terminate();
      }
    }
    report
        .figure(name, Comparison.median(seconds), "s", "process start to ready, " + what + "; of 5")
        .atMost(3)
        .with("all", seconds)
        .print();
  }

  private void cold(Report report, String name, String what, String... jvm) throws Exception {
    int backlog = scale.many() / 10;
    try (Rig rig = new Rig("start", Rig.oneChannel("received"), jvm)) {
      rig.gateway.terminate();
      rig.database.backlog(backlog, Rig.LANE);
      rig.database.checkpoint();
      long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
      rig.gateway.launch();
      await()
          .atMost(Duration.ofSeconds(20))
          .pollInterval(Duration.ofMillis(5))
          .until(() -> System.nanoTime() >= end);
      report
          .figure(
              name,
              rig.sink.posts(),
              "messages",
              "posted in the first 10 s after the start of the process, backlog of "
                  + backlog
                  + what)
          .print();
    }
  }
}
