package org.intergov.outbound.acceptance;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * What a class of acceptance tests runs on: a gateway, or replicas of it, and what stands around
 * it. In a static field it lasts as long as the class, in another one as long as each test. All
 * that it was given or has made is closed at the end, the newest first, also when it could not be
 * started. After a failure it prints the last lines of its gateways' logs.
 *
 * <p>What is needed is said before it is registered, by one thread; tests that run at the same time
 * may ask for more.
 */
final class GatewayExtension
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  private static final int LAST_LINES = 60;

  private final String name;
  private final List<Step> before = new ArrayList<>();
  private final List<Consumer<GatewayProcess>> settings = new ArrayList<>();
  private final Map<String, GatewayProcess> gateways = new LinkedHashMap<>();
  private final Deque<AutoCloseable> owned = new ArrayDeque<>();
  private Supplier<PostgresServer.Login> database;
  private Supplier<PostgresServer.Login> lake;
  private List<String> atOnce;
  private boolean isForClass;
  private boolean hasBegun;

  /** What is done before a start. */
  interface Step {
    void run() throws Exception;
  }

  private GatewayExtension(String name, List<String> atOnce) {
    this.name = name;
    this.atOnce = atOnce;
  }

  /**
   * One gateway, which is started on a database of its own.
   *
   * @param name as of {@link GatewayProcess#named}; with underscores, the name of its database on
   *     the shared PostgreSQL, which has the gateway's tables
   */
  static GatewayExtension named(String name) {
    GatewayExtension made = new GatewayExtension(name, List.of(""));
    String own = name.replace('-', '_');
    return made.database(() -> PostgresServer.shared().create(own));
  }

  /** None; each test makes those of its story with {@link #process(String)}. */
  static GatewayExtension onDemand() {
    return new GatewayExtension("", List.of());
  }

  /** Replicas instead of the one, started together. */
  GatewayExtension replicas(String... names) {
    atOnce = List.of(names);
    return this;
  }

  /** It is not started: the class does that, once its database is there. */
  GatewayExtension startedLater() {
    return replicas();
  }

  /**
   * Another database than the one of its name.
   *
   * @param made asked once, before the start
   */
  GatewayExtension database(Supplier<PostgresServer.Login> made) {
    database = made;
    return this;
  }

  /** A lake of its own, made as the database is. */
  GatewayExtension lake(Supplier<PostgresServer.Login> made) {
    lake = made;
    return this;
  }

  GatewayExtension channels(String yaml) {
    return told(gateway -> gateway.channels(yaml));
  }

  GatewayExtension setting(String variable, String value) {
    return told(gateway -> gateway.setting(variable, value));
  }

  /** What each of its gateways is told before it is started, when the steps before are done. */
  GatewayExtension told(Consumer<GatewayProcess> more) {
    settings.add(more);
    return this;
  }

  /** A step to be taken before its gateways are started, after those given earlier. */
  GatewayExtension before(Step step) {
    before.add(step);
    return this;
  }

  /** Things that its gateways need and that it closes after them. */
  GatewayExtension with(AutoCloseable... things) {
    Arrays.stream(things).forEach(this::closing);
    return this;
  }

  /** One more thing that it closes. */
  synchronized <T extends AutoCloseable> T closing(T thing) {
    owned.push(thing);
    return thing;
  }

  /** A channel server that listens, and that it closes. */
  TestChannel channelServer() {
    return closing(new TestChannel());
  }

  /** The one gateway; it has its ports already when it is declared. */
  GatewayProcess process() {
    return process("");
  }

  /**
   * The replica of this name. Where there is none it is made, with what all are told, and not
   * started.
   */
  synchronized GatewayProcess process(String replica) {
    GatewayProcess known = gateways.get(replica);
    if (known != null) {
      return known;
    }
    String between = name.isEmpty() || replica.isEmpty() ? "" : "-";
    GatewayProcess made = GatewayProcess.named(name + between + replica);
    gateways.put(replica, closing(made));
    if (hasBegun) {
      settings.forEach(setting -> setting.accept(made));
    }
    return made;
  }

  /** Of the one gateway. */
  Api api() {
    return process().api();
  }

  @Override
  public void beforeAll(ExtensionContext context) throws Exception {
    isForClass = true;
    begin();
  }

  @Override
  public void beforeEach(ExtensionContext context) throws Exception {
    if (!isForClass) {
      begin();
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    context.getExecutionException().ifPresent(e -> showLogs(context.getDisplayName()));
    if (!isForClass) {
      end();
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    context.getExecutionException().ifPresent(e -> showLogs(context.getDisplayName()));
    end();
  }

  void begin() throws Exception {
    try {
      for (Step step : before) {
        step.run();
      }
      tellAll();
      List<GatewayProcess> started = atOnce.stream().map(this::process).toList();
      started.forEach(GatewayProcess::launch);
      started.forEach(GatewayProcess::awaitReady);
    } catch (Exception | AssertionError e) {
      showLogs("the start of " + name);
      try {
        end();
      } catch (AssertionError notClosed) {
        e.addSuppressed(notClosed);
      }
      throw e;
    }
  }

  private synchronized void tellAll() {
    if (database != null) {
      PostgresServer.Login login = database.get();
      settings.add(gateway -> gateway.database(login));
    }
    if (lake != null) {
      PostgresServer.Login login = lake.get();
      settings.add(gateway -> gateway.lake(login));
    }
    hasBegun = true;
    gateways.values().forEach(gateway -> settings.forEach(setting -> setting.accept(gateway)));
  }

  private synchronized void showLogs(String failed) {
    StringBuilder all = new StringBuilder("=== " + failed + " failed\n");
    for (GatewayProcess gateway : gateways.values()) {
      List<String> lines = gateway.log().lines().toList();
      all.append("--- ").append(gateway.logFile()).append('\n');
      lines.stream()
          .skip(Math.max(0, lines.size() - LAST_LINES))
          .forEach(line -> all.append(line).append('\n'));
    }
    System.out.println(all);
  }

  synchronized void end() {
    gateways.clear();
    List<Throwable> failures = new ArrayList<>();
    while (!owned.isEmpty()) {
      try {
        owned.pop().close();
      } catch (Exception | AssertionError e) {
        failures.add(e);
      }
    }
    if (!failures.isEmpty()) {
      AssertionError notClosed = new AssertionError("not everything could be closed");
      failures.forEach(notClosed::addSuppressed);
      throw notClosed;
    }
  }
}
