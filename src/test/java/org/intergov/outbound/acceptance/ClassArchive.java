package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A class archive of the JAR under test, made once for all tests: dozens of gateways are started,
 * and most of what a start costs is loading classes.
 */
final class ClassArchive {
  private static List<String> options;

  private ClassArchive() {}

  /** Most JVMs of the tests live for seconds: no time is spent on making them fast. */
  static List<String> quickToStart() {
    List<String> quick = new ArrayList<>(List.of("-Xmx256m", "-XX:TieredStopAtLevel=1"));
    quick.addAll(options());
    return quick;
  }

  /** What a JVM is told to use it; nothing, if it could not be made. */
  static synchronized List<String> options() {
    if (options == null) {
      options = make();
    }
    return options;
  }

  /** Of a gateway that delivers one message. */
  private static List<String> make() {
    Path archive =
        Path.of("target", "acceptance", "classes-" + Runtime.version().feature() + ".jsa")
            .toAbsolutePath();
    try (TestChannel channel = new TestChannel();
        GatewayProcess gateway = GatewayProcess.named("class-archive")) {
      Files.deleteIfExists(archive);
      gateway
          .jvm("-XX:ArchiveClassesAtExit=" + archive, "-XX:TieredStopAtLevel=1")
          .database(PostgresServer.shared().create("class_archive"))
          .channels(channel.table("poll: { first-after: 100ms, every: 1s }"))
          .start();
      gateway.api().awaitStatus(gateway.api().submit(Sent.to("SG", "one")), "accepted");
      boolean made = gateway.terminate() == 0 && Files.exists(archive);
      return made
          ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
