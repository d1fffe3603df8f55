package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A gateway: {@code java -jar intergov-outbound.jar run} with its settings in the environment. It
 * can be killed, frozen, stopped and started again; ports, settings and log file stay the same.
 */
public final class GatewayProcess implements AutoCloseable {
  private static final Path HOME = Path.of("target", "acceptance").toAbsolutePath();
  private static final HttpClient HTTP =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

  private final String name;
  private final Path log;
  private final Map<String, String> settings = new HashMap<>();
  private final int apiPort = Ports.free();
  private final int managementPort = Ports.free();
  private final Api api = new Api(apiPort);
  private List<String> options;
  private List<String> wrapper = List.of();
  private Path directory = Path.of("").toAbsolutePath();
  private Process process;

  private GatewayProcess(String name) {
    this.name = name;
    this.log = HOME.resolve(name + ".log");
    settings.put("INTERGOV_JURISDICTION", "AU");
    settings.put("INTERGOV_API_PORT", String.valueOf(apiPort));
    settings.put("INTERGOV_MANAGEMENT_PORT", String.valueOf(managementPort));
    settings.put("INTERGOV_DATA_DIR", HOME.resolve(name + "-data").toString());
  }

  /**
   * A gateway that is not started yet.
   *
   * @param name of its log and data directory under target/acceptance; what an earlier run left
   *     there is deleted
   */
  public static GatewayProcess named(String name) {
    GatewayProcess gateway = new GatewayProcess(name);
    try {
      Files.createDirectories(HOME);
      Files.deleteIfExists(gateway.log);
      Directories.delete(gateway.dataDir());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return gateway;
  }

  public static Path jar() {
    return Path.of(System.getProperty("intergov.jar", "target/intergov-outbound.jar"))
        .toAbsolutePath();
  }

  public static String java() {
    return Path.of(System.getProperty("java.home"), "bin", "java").toString();
  }

  /** Writes the text as this gateway's channels.yaml. */
  public GatewayProcess channels(String yaml) {
    return channelsFile(write(HOME.resolve(name + "-channels.yaml"), yaml));
  }

  public GatewayProcess channelsFile(Path file) {
    return setting("INTERGOV_CHANNELS", file.toString());
  }

  public GatewayProcess database(PostgresServer.Login login) {
    return setting("INTERGOV_DATABASE_URL", login.url())
        .setting("INTERGOV_DATABASE_USERNAME", login.username())
        .setting("INTERGOV_DATABASE_PASSWORD", login.password());
  }

  public GatewayProcess lake(PostgresServer.Login login) {
    return setting("INTERGOV_LAKE_URL", login.url())
        .setting("INTERGOV_LAKE_USERNAME", login.username())
        .setting("INTERGOV_LAKE_PASSWORD", login.password());
  }

  public GatewayProcess setting(String variable, String value) {
    settings.put(variable, value);
    return this;
  }

  /** The working directory, instead of the project's. */
  GatewayProcess in(Path workingDirectory) {
    directory = workingDirectory;
    return this;
  }

  /** What the JVM is told instead of what suits short tests. */
  public GatewayProcess jvm(String... instead) {
    options = List.of(instead);
    return this;
  }

  /** Its wall clock is so far ahead, or behind if negative; what passes it measures as before. */
  public GatewayProcess clockAhead(Duration by) {
    // without the class archive: JDK 17 crashes when an agent is shown classes out of one
    return jvm("-Xmx256m", "-XX:TieredStopAtLevel=1", MovedClockAgent.option(by));
  }

  /** A command that ends by running the command it is given. */
  GatewayProcess under(List<String> command) {
    wrapper = command;
    return this;
  }

  String setting(String variable) {
    return settings.get(variable);
  }

  public static Path write(Path file, String text) {
    try {
      Files.createDirectories(file.getParent());
      return Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts it and waits until it says that it is ready. */
  public GatewayProcess start() {
    launch();
    try {
      awaitReady();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
    return this;
  }

  /** Starts it and does not wait. */
  public GatewayProcess launch() {
    List<String> command = new ArrayList<>(wrapper);
    command.add(java());
    command.addAll(options == null ? ClassArchive.quickToStart() : options);
    command.addAll(List.of("-jar", jar().toString(), "run"));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    builder.environment().keySet().removeIf(k -> k.startsWith("INTERGOV_"));
    builder.environment().putAll(settings);
    try {
      process = builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  public void awaitReady() {
    await("gateway " + name + " is ready")
        .pollInterval(Duration.ofMillis(50))
        .failFast(this::isStillThere)
        .until(() -> readyStatus() == 200);
  }

  private void isStillThere() {
    assertThat(process.isAlive()).as("gateway %s is alive; its log:%n%s", name, log()).isTrue();
  }

  /** HTTP status of the ready check: 200 or 503; 0 if nothing answers. */
  public int readyStatus() {
    return health("ready");
  }

  int liveStatus() {
    return health("live");
  }

  private int health(String which) {
    URI uri = URI.create("http://127.0.0.1:" + managementPort + "/observe/health/" + which);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(15)).build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** All checks, with their details. */
  public String health() {
    return managed("/observe/health?data=true");
  }

  /** What Prometheus sees. */
  public String metrics() {
    return managed("/observe/metrics");
  }

  private String managed(String path) {
    URI uri = URI.create("http://127.0.0.1:" + managementPort + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(15)).build();
    try {
      return HTTP.send(request, HttpResponse.BodyHandlers.ofString()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public Api api() {
    return api;
  }

  public int apiPort() {
    return apiPort;
  }

  public int managementPort() {
    return managementPort;
  }

  public Path dataDir() {
    return Path.of(settings.get("INTERGOV_DATA_DIR"));
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  public void kill9() {
    process.destroyForcibly();
    exitCode();
  }

  public void freeze() {
    signal("STOP");
  }

  public void thaw() {
    signal("CONT");
  }

  /** SIGTERM, without waiting. */
  public void askToStop() {
    signal("TERM");
  }

  /** SIGTERM. */
  public int terminate() {
    askToStop();
    return exitCode();
  }

  /** Waits for its end. */
  public int exitCode() {
    try {
      assertThat(process.waitFor(5, TimeUnit.MINUTES))
          .as("gateway %s ends; its log:%n%s", name, log())
          .isTrue();
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void signal(String signal) {
    try {
      String pid = String.valueOf(process.pid());
      int done = new ProcessBuilder("kill", "-" + signal, pid).inheritIO().start().waitFor();
      assertThat(done).as("kill -" + signal + " " + name).isZero();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  public Path logFile() {
    return log;
  }

  public String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      process.destroyForcibly();
      exitCode();
    }
  }
}
