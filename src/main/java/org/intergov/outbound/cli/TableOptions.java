package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.intergov.outbound.InvalidSettingsException;
import org.intergov.outbound.LibFolder;
import org.intergov.outbound.Settings;
import org.intergov.outbound.config.file.RoutesFolder;
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
      description =
          "The routing table. Default: the one that run would take (intergov.channels), which is"
              + " channels.yaml unless set.")
  private Path file;

  @Option(
      names = "--routes-dir",
      paramLabel = "DIR",
      description =
          "The folder of your own routes and kinds. Default: intergov.routes-dir if it is set, else"
              + " the folder routes beside CHANNELS, if there is one.")
  private String routesDir;

  @Option(
      names = "--jurisdiction",
      paramLabel = "CODE",
      description =
          "The sender: ISO 3166-1 alpha-2. Default: intergov.jurisdiction where run would find it"
              + " (environment, config/application.properties); not set: any sender.")
  private String jurisdiction;

  /** The table that {@code run} would take, unless told otherwise. */
  Path ofSettings() {
    return Path.of(setting("intergov.channels").orElseThrow());
  }

  private Optional<String> setting(String key) {
    try {
      return Settings.find(key);
    } catch (InvalidSettingsException e) {
      throw wouldNotStart(e);
    }
  }

  private ParameterException wouldNotStart(InvalidSettingsException e) {
    return new ParameterException(
        command.commandLine(), "the gateway would not start: " + e.getMessage());
  }

  /** The table; what its routes may use of further JARs is there from now on. */
  Path file() {
    try {
      Settings.findLibDir().ifPresent(LibFolder::join);
    } catch (InvalidSettingsException e) {
      throw wouldNotStart(e);
    }
    return file == null ? ofSettings() : file;
  }

  /** The folder of routes that goes with a table. */
  Optional<Path> routesDir(Path table) {
    Optional<String> named =
        Optional.ofNullable(routesDir).or(() -> setting("intergov.routes-dir"));
    if (named.isEmpty()) {
      return RoutesFolder.beside(table);
    }
    if (!Files.isDirectory(Path.of(named.get()))) {
      throw new ParameterException(
          command.commandLine(), "--routes-dir: '" + named.get() + "' is not an existing folder");
    }
    return Optional.of(Path.of(named.get()));
  }

  /** Whose table it is; empty: nobody said. */
  Optional<String> jurisdiction() {
    Optional<String> found =
        Optional.ofNullable(jurisdiction).or(() -> setting("intergov.jurisdiction"));
    if (found.isPresent() && !Arrays.asList(Locale.getISOCountries()).contains(found.get())) {
      throw new ParameterException(
          command.commandLine(),
          "--jurisdiction: '" + found.get() + "' is not an ISO 3166-1 alpha-2 code such as AU");
    }
    return found;
  }

  /** Tells people what was not checked, and how it would be. */
  void noteIfNobodySaid(Optional<String> jurisdiction) {
    if (jurisdiction.isEmpty()) {
      PrintWriter err = command.commandLine().getErr();
      err.println(
          "note: the jurisdiction that the gateway sends for is not set, so any sender is accepted."
              + " Set it with --jurisdiction, $INTERGOV_JURISDICTION or"
              + " config/application.properties.");
      err.flush();
    }
  }
}
