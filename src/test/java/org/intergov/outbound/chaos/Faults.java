package org.intergov.outbound.chaos;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.intergov.outbound.acceptance.Api;
import org.intergov.outbound.acceptance.PostgresServer;
import org.intergov.outbound.acceptance.TcpProxy;

/** Makes what the plan says happen, when it says so, and takes it back. */
final class Faults implements AutoCloseable {
  private final Estate estate;
  private final History history;
  private final ReentrantLock database = new ReentrantLock();
  private final ReentrantLock table = new ReentrantLock();
  private final ReentrantLock broker = new ReentrantLock();
  private final ReentrantLock queue = new ReentrantLock();
  private final ReentrantLock tokens = new ReentrantLock();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(16);
  private final List<Future<?>> all = new ArrayList<>();

  Faults(Estate estate, History history, Plan plan) {
    this.estate = estate;
    this.history = history;
    for (Plan.Fault f : plan.faults()) {
      all.add(threads.schedule(() -> happen(f), f.at(), TimeUnit.MILLISECONDS));
    }
  }

  private void happen(Plan.Fault f) {
    Random random = new Random(f.draw());
    try {
      switch (f.what()) {
        case "kill", "freeze", "stop", "edit-routes" -> gateway(f, random);
        case "channel-line", "channel-mood", "channel-down" -> channel(f, random);
        case "edit", "edit-broken" -> locked(table, f, () -> edit(f, random));
        case "broker-kill" ->
            locked(
                broker,
                f,
                () -> estate.kafka.node(random.nextInt(3)).kill(),
                estate.kafka::startAll);
        case "queue-restart" ->
            locked(queue, f, estate.queues::stopServer, estate.queues::startServer);
        case "token-away" -> locked(tokens, f, estate.tokens::close, estate.tokens::open);
        case "lake-cut" -> {
          if (estate.lake != null) {
            locked(database, f, estate.lake::cut, estate.lake::mend);
          }
        }
        default -> locked(database, f, () -> postgres(f));
      }
    } catch (RuntimeException | Error e) {
      history.note(Kind.FAULT, "", "what", f.what(), "phase", "failed", "why", e.toString());
      throw e;
    }
  }

  /** One at a time; if another one is under way, this one does not happen. */
  private void locked(ReentrantLock lock, Plan.Fault f, Runnable what) {
    if (!lock.tryLock()) {
      return;
    }
    try {
      begins(f, "");
      what.run();
      ends(f);
    } finally {
      lock.unlock();
    }
  }

  private void locked(ReentrantLock lock, Plan.Fault f, Runnable begin, Runnable end) {
    locked(lock, f, () -> lasting(f, begin, end));
  }

  private static void lasting(Plan.Fault f, Runnable begin, Runnable end) {
    begin.run();
    Pause.millis(f.lasts());
    end.run();
  }

  private void begins(Plan.Fault f, String whom) {
    history.note(
        Kind.FAULT, "", "what", f.what(), "phase", "begins", "whom", whom, "lasts", f.lasts());
  }

  private void ends(Plan.Fault f) {
    history.note(Kind.FAULT, "", "what", f.what(), "phase", "ends");
  }

  private void gateway(Plan.Fault f, Random random) {
    int which = random.nextInt(estate.replicas().size());
    Estate.Replica replica = estate.replicas().get(which);
    if (!replica.lock().tryLock()) {
      return;
    }
    try {
      begins(f, "gateway " + (which + 1));
      switch (f.what()) {
        case "kill" -> lasting(f, replica.process()::kill9, replica::supervise);
        case "stop" -> lasting(f, replica.process()::terminate, replica::supervise);
        case "edit-routes" -> {
          synchronized (estate.routes) { // what one has broken, another one would mend
            editRoutes(replica, random);
          }
        }
        default -> lasting(f, replica.process()::freeze, replica.process()::thaw);
      }
      ends(f);
    } finally {
      replica.lock().unlock();
    }
  }

  /** A gateway is started with routes that it must not start with, then with good ones. */
  private void editRoutes(Estate.Replica replica, Random random) {
    String broken = RouteFiles.broken(random);
    replica.process().terminate();
    estate.routes.write(broken);
    replica.process().launch();
    int ready = 0;
    while (replica.process().isAlive() && ready != 200) {
      Pause.millis(100);
      ready = replica.process().readyStatus();
    }
    if (ready == 200) {
      String text = "ready with routes/" + RouteFiles.NAME + ":\n" + broken;
      history.line("fails-at-start", "a gateway", text);
    }
    estate.routes.write(RouteFiles.good(estate.nextEdit()));
    replica.supervise();
  }

  private void channel(Plan.Fault f, Random random) {
    List<ChaosChannel> channels = List.copyOf(estate.channels().values());
    int which = random.nextInt(channels.size());
    ChaosChannel channel = channels.get(which);
    synchronized (channel.line()) {
      switch (f.what()) {
        case "channel-line" -> {
          TcpProxy.Line line = TcpProxy.Line.values()[1 + random.nextInt(4)];
          begins(f, channel.id() + " " + line);
          lasting(
              f,
              () -> channel.line().behave(line),
              () -> channel.line().behave(TcpProxy.Line.GOOD));
        }
        case "channel-down" -> {
          begins(f, channel.id());
          lasting(f, channel.line()::cut, channel.line()::mendAsBefore);
        }
        default -> {
          List<String> moods = new ArrayList<>();
          for (int i = 0; i <= random.nextInt(4); i++) {
            moods.add(ChaosChannel.MOODS.get(random.nextInt(ChaosChannel.MOODS.size())));
          }
          begins(f, channel.id() + " " + moods);
          double share = 0.2 + random.nextDouble();
          lasting(f, () -> channel.mood(share, moods), channel::usualMood);
        }
      }
      ends(f);
    }
  }

  private void edit(Plan.Fault f, Random random) {
    Table next = Table.edited(estate.nextEdit(), random);
    if (f.what().equals("edit-broken")) {
      estate.writeFile(Table.broken(estate.yaml(next), random));
      Pause.millis(f.lasts());
      next = Table.edited(estate.nextEdit(), random);
    }
    put(next);
  }

  /** Writes it, and waits until every replica goes by it. */
  void put(Table next) {
    estate.write(next);
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
    for (Estate.Replica replica : estate.replicas()) {
      boolean inForce = false;
      while (!inForce && System.nanoTime() < until) {
        try {
          Api.Answer answer = replica.process().api().call("POST", "/channels/reload", null, null);
          inForce = answer.status() == 200;
        } catch (RuntimeException e) {
          // it is down, or frozen
        }
        if (!inForce) {
          Pause.millis(200);
        }
      }
      if (!inForce) {
        return; // then nobody says that the one before is out of force
      }
    }
    history.note(Kind.TABLE, "", "number", next.number(), "phase", "in-force");
  }

  private void postgres(Plan.Fault f) {
    PostgresServer server = estate.postgres();
    switch (f.what()) {
      case "postgres-kill" -> lasting(f, server::kill, server::start);
      case "postgres-session" -> server.killSession();
      case "postgres-cut" -> lasting(f, server::cut, server::mend);
      case "postgres-deaf" -> {
        lasting(f, () -> server.line().behave(TcpProxy.Line.DEAF), server::cut);
        server.line().behave(TcpProxy.Line.GOOD);
        server.mend();
      }
      case "postgres-slow" ->
          lasting(
              f,
              () -> server.line().behave(TcpProxy.Line.SLOW),
              () -> server.line().behave(TcpProxy.Line.GOOD));
      case "postgres-read-only" -> lasting(f, () -> readOnly("on"), () -> readOnly("off"));
      case "postgres-full" -> full(f);
      case "standby" -> standby(f);
      default -> throw new IllegalArgumentException(f.what());
    }
  }

  private void readOnly(String to) {
    try (Connection c = estate.database();
        Statement s = c.createStatement()) {
      s.execute("SET default_transaction_read_only = off");
      s.execute("ALTER SYSTEM SET default_transaction_read_only = " + to);
      s.execute("SELECT pg_reload_conf()");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Fills the small file system of the database, if it has one. */
  private void full(Plan.Fault f) {
    Path disk = estate.disk();
    if (disk == null) {
      return;
    }
    Path ballast = disk.resolve("ballast");
    try (OutputStream out = Files.newOutputStream(ballast)) {
      byte[] much = new byte[1 << 20];
      while (true) {
        out.write(much);
      }
    } catch (IOException full) {
      Pause.millis(f.lasts());
    }
    try {
      Files.delete(ballast);
      if (!estate.postgres().answers()) {
        estate.postgres().kill(); // it has stopped by itself
        estate.postgres().start();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server is lost, and a copy that lacks its newest commits takes over. */
  private void standby(Plan.Fault f) {
    if (estate.standby() == null) {
      return;
    }
    long from = History.now();
    estate.postgres().copyTo(estate.standby());
    Pause.millis(Math.min(f.lasts(), 3_000));
    estate.postgres().kill();
    long until = History.now();
    estate.standby().start();
    estate.failedOver();
    history.noteAt(until, Kind.FAULT, "", "what", "standby", "phase", "promoted", "from", from);
  }

  /** Waits until all that was planned has happened and is over; what went wrong with that. */
  List<String> awaitAll() {
    List<String> failures = new ArrayList<>();
    for (Future<?> f : all) {
      try {
        f.get(10, TimeUnit.MINUTES);
      } catch (ExecutionException e) {
        failures.add(String.valueOf(e.getCause()));
      } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
        failures.add("a fault has not ended: " + e);
      }
    }
    return failures;
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
