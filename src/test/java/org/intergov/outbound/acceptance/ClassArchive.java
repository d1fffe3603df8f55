package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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

  private static List<String> make() {
    Path folder = Path.of("target", "acceptance").toAbsolutePath();
    Path archive = folder.resolve("classes-" + Runtime.version().feature() + ".jsa");
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(archive);
      Process demo =
          new ProcessBuilder(
                  GatewayProcess.java(),
                  "-XX:ArchiveClassesAtExit=" + archive,
                  "-XX:TieredStopAtLevel=1",
                  "-jar",
                  GatewayProcess.jar().toString(),
                  "demo",
                  "--messages",
                  "20") // the least it takes
              .redirectErrorStream(true)
              .redirectOutput(folder.resolve("class-archive.log").toFile())
              .start();
      boolean ended = demo.waitFor(5, TimeUnit.MINUTES);
      demo.destroyForcibly();
      return ended && demo.exitValue() == 0 && Files.exists(archive)
          ? List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds=off", "-Xlog:cds+dynamic=off")
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
