package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A command of the JAR, as a process of its own. */
final class Command {
  private Command() {}

  /** How a command ended. */
  record Ended(int code, String out, String err) {}

  static Ended run(Path directory, Map<String, String> environment, String... arguments) {
    try {
      List<String> command = new ArrayList<>(List.of(GatewayProcess.java()));
      command.addAll(ClassArchive.quickToStart());
      command.addAll(List.of("-jar", GatewayProcess.jar().toString()));
      command.addAll(List.of(arguments));
      Path out = Files.createTempFile(directory, "out", ".txt");
      Path err = Files.createTempFile(directory, "err", ".txt");
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(directory.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().keySet().removeIf(k -> k.startsWith("INTERGOV_"));
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(5, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError(command + " does not end: " + Files.readString(err));
      }
      return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
