package org.intergov.outbound.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.intergov.outbound.Gateway;
import org.intergov.outbound.Settings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code demo}: every way a message can end, on a real database, in half a minute. */
@Command(
    name = "demo",
    header = "Sends messages through simulated channels and shows every way they can end.",
    description = {
      "",
      "Starts an embedded PostgreSQL, three simulated channels and the gateway, submits the messages"
          + " over REST, and shows what became of each kind. Needs nothing but this JAR; everything"
          + " listens on free ports of 127.0.0.1.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:every message ended as it should", "1:some did not", "2:wrong usage"})
final class DemoCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "500",
      description = "How many messages, from 20 to 1000000.")
  private int messages;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "2m",
      converter = DurationConverter.class,
      description = "How long to wait for every message to end.")
  private Duration timeout;

  @Option(
      names = "--keep",
      description = "Leave the gateway running at the end, until Ctrl-C, to look around.")
  private boolean keep;

  @Override
  public Integer call() throws Exception {
    if (messages < 20 || messages > 1_000_000) {
      throw new ParameterException(spec.commandLine(), "--messages: expected 20 to 1000000");
    }
    PrintWriter out = spec.commandLine().getOut();
    Path home = Files.createTempDirectory("intergov-demo");
    try (DemoChannels channels = DemoChannels.start();
        Gateway gateway = new Gateway(settings(home, channels))) {
      RunCommand.start(gateway);
      DemoRun run = new DemoRun(new ApiClient(api, null, Optional.empty()), channels, out);
      boolean good = run.play(messages, timeout);
      DemoGuide.print(out, api, management, keep);
      if (keep) {
        waitUntilInterrupted();
      }
      return good ? Cli.DONE : Cli.FAILED;
    } finally {
      delete(home);
    }
  }

  private URI api;
  private URI management;

  private Settings settings(Path home, DemoChannels channels) throws IOException {
    Path table = home.resolve("channels.yaml");
    Files.writeString(table, channels.table());
    int apiPort = freePort();
    int managementPort = freePort();
    api = URI.create("http://127.0.0.1:" + apiPort);
    management = URI.create("http://127.0.0.1:" + managementPort);
    return Settings.given(
        Map.of(
            "intergov.jurisdiction", "AU",
            "intergov.channels", table.toString(),
            "intergov.data-dir", home.resolve("data").toString(),
            "intergov.api.port", String.valueOf(apiPort),
            "intergov.management.port", String.valueOf(managementPort)));
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  /** Ctrl-C ends the process; the shutdown hook of nothing else is needed, all of it is a demo. */
  private static void waitUntilInterrupted() {
    try {
      new java.util.concurrent.CountDownLatch(1).await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.deleteIfExists(file);
      }
    }
  }
}
