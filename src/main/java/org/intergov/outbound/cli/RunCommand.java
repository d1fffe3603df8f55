package org.intergov.outbound.cli;

import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.intergov.outbound.Gateway;
import org.intergov.outbound.InvalidSettingsException;
import org.intergov.outbound.Settings;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.postgres.EmbeddedDatabaseException;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.database.StoreUnavailableException;
import picocli.CommandLine.Command;
import sun.misc.Signal;

/** {@code run}: the gateway, until it is stopped. */
@Command(
    name = "run",
    header = "Runs the gateway until SIGTERM or Ctrl-C; the default command.",
    description = {
      "",
      "Settings come from config/application.properties beside the JAR, the environment"
          + " (INTERGOV_API_PORT for intergov.api.port) and -D, each overriding the one before."
          + " The smallest set:",
      "",
      "  INTERGOV_JURISDICTION=AU INTERGOV_CHANNELS=channels.yaml java -jar intergov-outbound.jar",
      "",
      "Without intergov.database.url it runs an embedded PostgreSQL under intergov.data-dir"
          + " (data).",
      "A stop lets posts in flight finish within intergov.shutdown.timeout (30s) and exits 0.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped as asked", "1:failed to start", "2:wrong configuration"})
final class RunCommand implements Callable<Integer> {

  @Override
  public Integer call() throws Exception {
    Gateway gateway = new Gateway(settings());
    CountDownLatch stop = new CountDownLatch(1);
    Signal.handle(new Signal("TERM"), signal -> stop.countDown());
    Signal.handle(new Signal("INT"), signal -> stop.countDown());
    start(gateway);
    stop.await();
    gateway.close();
    return Cli.DONE;
  }

  static Settings settings() {
    try {
      return Settings.load();
    } catch (InvalidSettingsException e) {
      throw new CommandFailedException(e.getMessage(), Cli.WRONG_USAGE);
    }
  }

  /** Starts, with what operators can mend told in words instead of a stack trace. */
  static void start(Gateway gateway) throws Exception {
    try {
      gateway.start();
    } catch (InvalidSettingsException e) {
      throw new CommandFailedException(e.getMessage(), Cli.WRONG_USAGE);
    } catch (InvalidChannelsException e) {
      throw new CommandFailedException(e.getMessage(), Cli.WRONG_USAGE);
    } catch (EmbeddedDatabaseException | StoreException | StoreUnavailableException e) {
      throw new CommandFailedException(e.getMessage(), e);
    }
  }
}
