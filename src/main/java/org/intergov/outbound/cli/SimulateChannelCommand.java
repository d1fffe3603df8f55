package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.intergov.outbound.simulator.ChannelSimulator;
import org.intergov.outbound.simulator.Options;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code simulate-channel}: the Channel API with faults, until it is stopped. */
@Command(
    name = "simulate-channel",
    header = "Runs a channel that speaks the Channel API and misbehaves as told.",
    description = {
      "",
      "Runs until Ctrl-C or SIGTERM, then prints its statistics; GET /stats gives them at any time."
          + " Everything it takes is held in memory.",
      "Durations are a whole number and ms, s, m, h or d. Fractions lie between 0 and 1; one seed"
          + " and the same posts give the same faults.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    showDefaultValues = true)
final class SimulateChannelCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--port",
      paramLabel = "PORT",
      defaultValue = "0",
      description = "Port to listen on; 0 takes any free one.")
  private int port;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "Address to listen on.")
  private String host;

  @Option(
      names = "--confirm-after",
      paramLabel = "DURATION",
      defaultValue = "2s",
      converter = DurationConverter.class,
      description = "Time from a post to its confirmation; 0s confirms at once.")
  private Duration confirmAfter;

  @Option(
      names = "--refuse",
      paramLabel = "FRACTION",
      defaultValue = "0",
      converter = FractionConverter.class,
      description = "Messages answered 400; a refused message stays refused.")
  private double refuse;

  @Option(
      names = "--unavailable",
      paramLabel = "FRACTION",
      defaultValue = "0",
      converter = FractionConverter.class,
      description = "Posts answered 503 with Retry-After: 1, not stored; drawn for each attempt.")
  private double unavailable;

  @Option(
      names = "--server-error",
      paramLabel = "FRACTION",
      defaultValue = "0",
      converter = FractionConverter.class,
      description = "Posts answered 500, not stored; drawn for each attempt.")
  private double serverError;

  @Option(
      names = "--lose-reply",
      paramLabel = "FRACTION",
      defaultValue = "0",
      converter = FractionConverter.class,
      description =
          "Posts stored, then the connection closed without a reply; drawn for each attempt.")
  private double loseReply;

  @Option(
      names = "--undeliverable",
      paramLabel = "FRACTION",
      defaultValue = "0",
      converter = FractionConverter.class,
      description = "Stored messages reported undeliverable instead of confirmed.")
  private double undeliverable;

  @Option(
      names = "--revoke",
      paramLabel = "FRACTION",
      defaultValue = "0",
      converter = FractionConverter.class,
      description = "Stored messages confirmed, then revoked.")
  private double revoke;

  @Option(
      names = "--revoke-after",
      paramLabel = "DURATION",
      defaultValue = "2s",
      converter = DurationConverter.class,
      description = "Time from a confirmation to its revocation.")
  private Duration revokeAfter;

  @Option(
      names = "--latency",
      paramLabel = "DURATION",
      defaultValue = "0ms",
      converter = DurationConverter.class,
      description = "Time before each answer.")
  private Duration latency;

  @Option(
      names = "--seed",
      paramLabel = "NUMBER",
      defaultValue = "1",
      description = "Seed of the random faults.")
  private long seed;

  @Option(
      names = "--ignore-keys",
      description =
          "Do not honour Idempotency-Key: every post is a new delivery. Default: honoured.")
  private boolean ignoreKeys;

  @Override
  public Integer call() {
    Options options = options();
    PrintWriter out = spec.commandLine().getOut();
    CountDownLatch stop = new CountDownLatch(1);
    try (ChannelSimulator simulator = ChannelSimulator.start(options)) {
      AtomicBoolean told = new AtomicBoolean();
      Runnable tellStats =
          () -> {
            if (told.compareAndSet(false, true)) {
              out.println(simulator.stats().json());
              out.flush();
            }
          };
      Thread onExit = new Thread(tellStats, "simulator-exit");
      Runtime.getRuntime().addShutdownHook(onExit);
      out.println(simulator.url());
      out.flush();
      waitFor(stop);
      tellStats.run();
      Runtime.getRuntime().removeShutdownHook(onExit);
      return Cli.DONE;
    } catch (UncheckedIOException e) {
      throw new CommandFailedException(e.getMessage(), e);
    }
  }

  /** Returns when this thread is interrupted; on a signal the JVM ends without returning. */
  private static void waitFor(CountDownLatch stop) {
    try {
      stop.await();
    } catch (InterruptedException e) {
      // asked to stop; the caller closes what it opened, which an interrupt flag would hinder
    }
  }

  private Options options() {
    try {
      return Options.defaults()
          .port(port)
          .host(host)
          .confirmAfter(confirmAfter)
          .refuse(refuse)
          .unavailable(unavailable)
          .serverError(serverError)
          .loseReply(loseReply)
          .undeliverable(undeliverable)
          .revoke(revoke)
          .revokeAfter(revokeAfter)
          .latency(latency)
          .seed(seed)
          .ignoreKeys(ignoreKeys)
          .keepPosts(0);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
