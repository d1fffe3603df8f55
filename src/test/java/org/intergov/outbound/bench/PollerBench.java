package org.intergov.outbound.bench;

import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;

/** The poller: pending deliveries that are all due, of which none and then all have changed. */
final class PollerBench {
  private final Scale scale;

  PollerBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    int pending = scale.many() / 10;
    try (Rig rig = new Rig("poller", Rig.oneChannel("received"), "-Xmx256m")) {
      rig.database.pending(pending, Rig.LANE);
      rig.sink.status("received");
      askAll(rig, pending); // to warm up
      Turn same = askAll(rig, pending);
      print(report, "poller.unchanged", same, "%d deliveries due at once, none changed");
      rig.sink.status("confirmed");
      Turn changed =
          Turn.of(
              rig,
              rig.gateway.pid(),
              pending,
              () -> {
                rig.database.run("UPDATE channel_pending SET due_at = now(), locked_until = NULL");
                await()
                    .atMost(Duration.ofMinutes(10))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> isDone(rig));
              });
      print(report, "poller.changed", changed, "%d deliveries due at once, all confirmed");
    }
  }

  private static boolean isDone(Rig rig) throws SQLException {
    return rig.database.number(
            """
            SELECT (SELECT count(*) FROM (SELECT FROM channel_pending LIMIT 1) p)
              + (SELECT count(*) FROM (SELECT FROM message_updates LIMIT 1) u)
            """)
        == 0;
  }

  private static Turn askAll(Rig rig, int pending) throws Exception {
    long checks = rig.sink.checks() + pending;
    return Turn.of(
        rig,
        rig.gateway.pid(),
        pending,
        () -> {
          rig.database.run("UPDATE channel_pending SET due_at = now(), locked_until = NULL");
          await()
              .atMost(Duration.ofMinutes(10))
              .pollInterval(Duration.ofMillis(50))
              .until(() -> rig.sink.checks() >= checks);
        });
  }

  private static void print(Report report, String name, Turn turn, String what) {
    report
        .figure(name, turn.rate(), "checks/s", what.formatted(turn.messages()))
        .with("gateway_cpu_us", turn.microsOwn())
        .with("postgres_cpu_us", turn.microsPostgres())
        .print();
  }
}
