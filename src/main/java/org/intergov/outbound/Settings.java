package org.intergov.outbound;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.config.Durations;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.file.WatchedFiles;
import org.intergov.outbound.store.database.Standby;
import org.intergov.outbound.store.upkeep.Retention;

/** The configuration of one gateway, checked whole. Immutable. */
public record Settings(
    String jurisdiction,
    Path channels,
    boolean channelsWatch,
    Optional<Path> routesDir,
    Optional<Path> libDir,
    Path dataDir,
    Optional<Login> database,
    Optional<Login> migration,
    Optional<Login> lake,
    int connections,
    Standby standby,
    Address api,
    Optional<Path> tokensFile,
    Optional<Tls> tls,
    int apiRate,
    Address management,
    boolean jolokia,
    int backlog,
    Intake intake,
    Optional<SqsIntakeSettings> sqsIntake,
    Optional<KafkaIntakeSettings> kafkaIntake,
    Duration expiresAfter,
    Duration routerPeriod,
    Duration pollerPeriod,
    Duration updaterPeriod,
    Optional<Retention.Policy> retention,
    Duration retentionPeriod,
    Duration shutdownTimeout,
    String logLevel,
    boolean logJson) {

  private static final List<String> LOG_LEVELS = List.of("ERROR", "WARN", "INFO", "DEBUG", "TRACE");

  private static final List<String> LOG_FORMATS = List.of("text", "json");

  /**
   * The routing table, and the operator's own routes: where the settings say, else in the folder
   * {@code routes} beside it, if there is one, then or later.
   */
  public WatchedFiles table() {
    return new WatchedFiles(channels, () -> routesDir.or(() -> RoutesFolder.beside(channels)));
  }

  /** How to reach a database; the password is not printed. */
  public record Login(String url, String username, String password) {
    @Override
    public String toString() {
      return url.replaceAll("\\?.*", "") + " as " + username;
    }
  }

  /** How much intake takes: requests at once, and messages that wait for delivery. */
  public record Intake(int mostRequests, int mostBacklog) {}

  /** The PEM files of the certificate that both ports show, and of its key. */
  public record Tls(Path certificate, Path key) {}

  /** Where something listens. */
  public record Address(String host, int port) {}

  /**
   * Reads the settings from their usual places: the JAR's defaults, {@code
   * config/application.properties} beside the JAR or in the working directory, the environment, the
   * system properties.
   *
   * @throws InvalidSettingsException naming every fault
   */
  public static Settings load() {
    return of(usual());
  }

  private static SettingSources usual() {
    return new SettingSources()
        .defaults()
        .file(besideJar().resolve("config").resolve("application.properties"))
        .environment(System.getenv())
        .system(System.getProperties());
  }

  /**
   * The value of one setting where {@link #load} would find it; empty: it is not set.
   *
   * @param key such as {@code intergov.jurisdiction}
   * @throws InvalidSettingsException if a source cannot be read, or names what is no setting
   */
  public static Optional<String> find(String key) {
    SettingSources sources = usual();
    refuse(sources);
    return Optional.of(sources.get(Setting.ofKey(key).orElseThrow()).value())
        .filter(value -> !value.isEmpty());
  }

  /**
   * The folder of further JARs where {@link #load} would find it, for commands that start no
   * gateway; empty: there is none.
   *
   * @throws InvalidSettingsException if a source cannot be read, or the folder is not there
   */
  public static Optional<Path> findLibDir() {
    SettingSources sources = usual();
    Optional<Path> found = libDir(sources);
    refuse(sources);
    return found;
  }

  private static void refuse(SettingSources sources) {
    if (!sources.faults().isEmpty()) {
      throw new InvalidSettingsException(sources.faults());
    }
  }

  /** The JAR's defaults and what is given; for the demo and for tests. */
  public static Settings given(Map<String, String> given) {
    return of(new SettingSources().defaults().given(given));
  }

  private static Path besideJar() {
    try {
      Path code =
          Path.of(Settings.class.getProtectionDomain().getCodeSource().getLocation().toURI());
      return code.toString().endsWith(".jar") ? code.getParent() : Path.of("");
    } catch (java.net.URISyntaxException e) {
      return Path.of("");
    }
  }

  private static Settings of(SettingSources sources) {
    Settings settings =
        new Settings(
            jurisdiction(sources),
            Path.of(sources.get(Setting.CHANNELS).value()),
            flag(sources, Setting.CHANNELS_WATCH),
            routesDir(sources),
            libDir(sources),
            Path.of(sources.get(Setting.DATA_DIR).value()),
            login(
                sources,
                Setting.DATABASE_URL,
                Setting.DATABASE_USERNAME,
                Setting.DATABASE_PASSWORD),
            migration(sources),
            login(sources, Setting.LAKE_URL, Setting.LAKE_USERNAME, Setting.LAKE_PASSWORD),
            number(sources, Setting.DATABASE_CONNECTIONS, 4, 200),
            standby(sources),
            address(sources, Setting.API_HOST, Setting.API_PORT),
            file(sources, Setting.API_TOKENS_FILE),
            tls(sources),
            number(sources, Setting.API_RATE, 1, 100_000),
            address(sources, Setting.MANAGEMENT_HOST, Setting.MANAGEMENT_PORT),
            jolokia(sources),
            number(sources, Setting.MONITORING_BACKLOG, 1, 1_000_000_000),
            new Intake(
                number(sources, Setting.INTAKE_MOST_REQUESTS, 1, 1_000),
                number(sources, Setting.INTAKE_MOST_BACKLOG, 1, 1_000_000_000)),
            SqsIntakeSettings.read(sources),
            KafkaIntakeSettings.read(sources),
            duration(sources, Setting.EXPIRES_AFTER, Duration.ofSeconds(1), Duration.ofDays(365)),
            duration(sources, Setting.ROUTER_PERIOD, Duration.ofMillis(10), Duration.ofMinutes(1)),
            duration(sources, Setting.POLLER_PERIOD, Duration.ofMillis(10), Duration.ofMinutes(1)),
            duration(sources, Setting.UPDATER_PERIOD, Duration.ofMillis(10), Duration.ofMinutes(1)),
            retention(sources),
            duration(sources, Setting.RETENTION_PERIOD, Duration.ofSeconds(1), Duration.ofDays(1)),
            duration(sources, Setting.SHUTDOWN_TIMEOUT, Duration.ZERO, Duration.ofMinutes(10)),
            logLevel(sources),
            logJson(sources));
    refuse(sources);
    return settings;
  }

  private static Standby standby(SettingSources sources) {
    String found = sources.get(Setting.DATABASE_STANDBY).value();
    if (found.equals("synchronous") && sources.get(Setting.DATABASE_URL).value().isEmpty()) {
      sources.fault(
          Setting.DATABASE_STANDBY,
          found,
          "asynchronous, or a database with a standby in intergov.database.url");
    }
    for (Standby standby : Standby.values()) {
      if (standby.name().toLowerCase(Locale.ROOT).equals(found)) {
        return standby;
      }
    }
    sources.fault(Setting.DATABASE_STANDBY, found, "synchronous or asynchronous");
    return Standby.ASYNCHRONOUS;
  }

  private static String jurisdiction(SettingSources sources) {
    String found = sources.get(Setting.JURISDICTION).value();
    if (!Arrays.asList(Locale.getISOCountries()).contains(found)) {
      sources.fault(
          Setting.JURISDICTION,
          found,
          "an ISO 3166-1 alpha-2 country code in upper case, such as AU");
    }
    return found;
  }

  private static Optional<Path> routesDir(SettingSources sources) {
    String found = sources.get(Setting.ROUTES_DIR).value();
    if (found.isEmpty()) {
      return Optional.empty();
    }
    if (!Files.isDirectory(Path.of(found))) {
      sources.fault(Setting.ROUTES_DIR, found, "an existing folder");
    }
    return Optional.of(Path.of(found));
  }

  /** Unset: the folder {@code lib} beside the JAR, if there is one. */
  private static Optional<Path> libDir(SettingSources sources) {
    String found = sources.get(Setting.LIB_DIR).value();
    if (found.isEmpty()) {
      return Optional.of(besideJar().resolve("lib")).filter(Files::isDirectory);
    }
    if (!Files.isDirectory(Path.of(found))) {
      sources.fault(Setting.LIB_DIR, found, "an existing folder");
    }
    return Optional.of(Path.of(found));
  }

  private static String logLevel(SettingSources sources) {
    String found = sources.get(Setting.LOG_LEVEL).value().toUpperCase(Locale.ROOT);
    if (!LOG_LEVELS.contains(found)) {
      sources.fault(Setting.LOG_LEVEL, found, "one of " + String.join(", ", LOG_LEVELS));
    }
    return found;
  }

  private static boolean logJson(SettingSources sources) {
    String found = sources.get(Setting.LOG_FORMAT).value();
    if (!LOG_FORMATS.contains(found)) {
      sources.fault(Setting.LOG_FORMAT, found, "one of " + String.join(", ", LOG_FORMATS));
    }
    return found.equals("json");
  }

  private static Optional<Login> login(
      SettingSources sources, Setting url, Setting username, Setting password) {
    String found = sources.get(url).value();
    if (found.isEmpty()) {
      for (Setting other : new Setting[] {username, password}) {
        if (!sources.get(other).value().isEmpty()) {
          sources.fault(url, "", "a JDBC URL, since " + other.key() + " is set");
        }
      }
      return Optional.empty();
    }
    if (!found.startsWith("jdbc:postgresql://")) {
      String shown = found.matches("(?s).*[@?].*") ? "a value that is not shown" : found;
      sources.fault(url, shown, "jdbc:postgresql://host:port/database");
    }
    return Optional.of(
        new Login(found, sources.get(username).value(), sources.get(password).value()));
  }

  /** Who migrates, where that is not the role of the flow. */
  private static Optional<Login> migration(SettingSources sources) {
    String username = sources.get(Setting.MIGRATION_USERNAME).value();
    String password = sources.get(Setting.MIGRATION_PASSWORD).value();
    if (username.isEmpty()) {
      if (!password.isEmpty()) {
        sources.fault(Setting.MIGRATION_USERNAME, "", "a role, since its password is set");
      }
      return Optional.empty();
    }
    String url = sources.get(Setting.DATABASE_URL).value();
    String flow = sources.get(Setting.DATABASE_USERNAME).value();
    if (url.isEmpty() || flow.isEmpty() || flow.equals(username)) {
      sources.fault(
          Setting.MIGRATION_USERNAME,
          username,
          "a role other than %s, which must be set, as must %s"
              .formatted(Setting.DATABASE_USERNAME.key(), Setting.DATABASE_URL.key()));
    }
    return Optional.of(new Login(url, username, password));
  }

  /** JMX over HTTP can do everything, so nobody gets it without a token. */
  private static boolean jolokia(SettingSources sources) {
    boolean on = flag(sources, Setting.MANAGEMENT_JOLOKIA);
    if (on && file(sources, Setting.API_TOKENS_FILE).isEmpty()) {
      sources.fault(
          Setting.MANAGEMENT_JOLOKIA,
          "true",
          "false, or %s set too".formatted(Setting.API_TOKENS_FILE.key()));
    }
    return on;
  }

  private static Optional<Path> file(SettingSources sources, Setting setting) {
    return Optional.of(sources.get(setting).value()).filter(f -> !f.isEmpty()).map(Path::of);
  }

  private static Optional<Tls> tls(SettingSources sources) {
    Optional<Path> certificate = file(sources, Setting.API_TLS_CERTIFICATE);
    Optional<Path> key = file(sources, Setting.API_TLS_KEY);
    if (certificate.isPresent() != key.isPresent()) {
      Setting missing = certificate.isPresent() ? Setting.API_TLS_KEY : Setting.API_TLS_CERTIFICATE;
      sources.fault(missing, "", "a PEM file: certificate and key go together");
      return Optional.empty();
    }
    return certificate.map(c -> new Tls(c, key.get()));
  }

  /** Beyond this machine nothing is offered without tokens and TLS, unless that is asked for. */
  private static Address address(SettingSources sources, Setting host, Setting port) {
    String name = sources.get(host).value();
    boolean secured =
        file(sources, Setting.API_TOKENS_FILE).isPresent()
            && file(sources, Setting.API_TLS_CERTIFICATE).isPresent();
    boolean beyond = secured || flag(sources, Setting.API_INSECURE);
    try {
      if (name.isEmpty() || !beyond && !InetAddress.getByName(name).isLoopbackAddress()) {
        sources.fault(
            host,
            name,
            "a loopback address (127.0.0.1, ::1 or localhost); for any other, set %s, %s and %s, or %s=true if anyone who reaches it may do everything"
                .formatted(
                    Setting.API_TOKENS_FILE.key(),
                    Setting.API_TLS_CERTIFICATE.key(),
                    Setting.API_TLS_KEY.key(),
                    Setting.API_INSECURE.key()));
      }
    } catch (UnknownHostException e) {
      sources.fault(host, name, "a host name that resolves here, or an address");
    }
    return new Address(name, number(sources, port, 1, 65_535));
  }

  /** Empty: every row is kept. The journal alone cannot go: it stays while its message does. */
  private static Optional<Retention.Policy> retention(SettingSources sources) {
    boolean archive = flag(sources, Setting.RETENTION_ARCHIVE);
    Optional<Duration> outbox = age(sources, Setting.RETENTION_OUTBOX);
    Optional<Duration> journal = age(sources, Setting.RETENTION_JOURNAL);
    if (journal.isPresent() && outbox.isEmpty()) {
      sources.fault(
          Setting.RETENTION_OUTBOX,
          "",
          "a duration, since " + Setting.RETENTION_JOURNAL.key() + " is set");
    } else if (journal.isPresent() && journal.get().compareTo(outbox.get()) < 0) {
      sources.fault(
          Setting.RETENTION_JOURNAL,
          sources.get(Setting.RETENTION_JOURNAL).value(),
          "a duration not shorter than %s (%s)"
              .formatted(Setting.RETENTION_OUTBOX.key(), Durations.format(outbox.get())));
    }
    return outbox.map(age -> new Retention.Policy(age, journal, archive));
  }

  private static Optional<Duration> age(SettingSources sources, Setting setting) {
    return sources.get(setting).value().isEmpty()
        ? Optional.empty()
        : Optional.of(duration(sources, setting, Duration.ofSeconds(1), Duration.ofDays(36_500)));
  }

  private static boolean flag(SettingSources sources, Setting setting) {
    String found = sources.get(setting).value();
    if (!found.equals("true") && !found.equals("false")) {
      sources.fault(setting, found, "true or false");
    }
    return found.equals("true");
  }

  private static int number(SettingSources sources, Setting setting, int least, int most) {
    String found = sources.get(setting).value();
    try {
      int value = Integer.parseInt(found);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    sources.fault(setting, found, "a whole number from " + least + " to " + most);
    return least;
  }

  private static Duration duration(
      SettingSources sources, Setting setting, Duration least, Duration most) {
    String found = sources.get(setting).value();
    try {
      Duration value = Durations.parse(found);
      if (value.compareTo(least) >= 0 && value.compareTo(most) <= 0) {
        return value;
      }
    } catch (IllegalArgumentException e) {
      // said below
    }
    sources.fault(
        setting,
        found,
        "a duration from " + Durations.format(least) + " to " + Durations.format(most));
    return least;
  }
}
