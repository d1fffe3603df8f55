package org.intergov.outbound.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.intergov.outbound.routing.RoutesFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Which routing table a command is about, and whose. */
final class TableOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "CHANNELS",
      defaultValue = "${env:INTERGOV_CHANNELS:-channels.yaml}",
      description =
          "The routing table. Default: $$INTERGOV_CHANNELS if it is set, else channels.yaml.")
  private Path file;

  @Option(
      names = "--routes-dir",
      paramLabel = "DIR",
      defaultValue = "${env:INTERGOV_ROUTES_DIR:-}",
      description =
          "The folder of your own routes and kinds. Default: $$INTERGOV_ROUTES_DIR if it is set,"
              + " else the folder routes beside CHANNELS, if there is one.")
  private String routesDir;

  @Option(
      names = "--jurisdiction",
      paramLabel = "CODE",
      defaultValue = "${env:INTERGOV_JURISDICTION:-AU}",
      description =
          "The sender: ISO 3166-1 alpha-2. Default: $$INTERGOV_JURISDICTION if it is set, else AU.")
  private String jurisdiction;

  /** The table that {@code run} would take, unless told otherwise. */
  static Path ofEnvironment() {
    String set = System.getenv("INTERGOV_CHANNELS");
    return Path.of(set == null || set.isEmpty() ? "channels.yaml" : set);
  }

  Path file() {
    return file;
  }

  /** The folder of routes that goes with a table. */
  Optional<Path> routesDir(Path table) {
    if (routesDir == null || routesDir.isEmpty()) {
      return RoutesFolder.beside(table);
    }
    if (!Files.isDirectory(Path.of(routesDir))) {
      throw new ParameterException(
          command.commandLine(), "--routes-dir: '" + routesDir + "' is no folder that is there");
    }
    return Optional.of(Path.of(routesDir));
  }

  String jurisdiction() {
    if (!Arrays.asList(Locale.getISOCountries()).contains(jurisdiction)) {
      throw new ParameterException(
          command.commandLine(),
          "--jurisdiction: '" + jurisdiction + "' is not an ISO 3166-1 alpha-2 code such as AU");
    }
    return jurisdiction;
  }
}
