package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A lake in a database of its own, apart from the outbox in time: behind it, or ahead of it. */
@Execution(ExecutionMode.CONCURRENT)
class LakeLostIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String ENTRIES =
      "SELECT concat_ws(' ', sender_ref, status, channel_id, channel_txn_id, reason, obj), 1"
          + " FROM intergov.message_lake ORDER BY 1";

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @TempDir private Path directory;

  private GatewayProcess gateway(String name, TestChannel channel) {
    return gateways
        .process(name)
        .database(POSTGRES.createEmpty(name.replace('-', '_')))
        .lake(POSTGRES.createEmpty(lake(name)))
        .channels(
            """
            channels:
              - id: sg
                match: { receiver: SG }
                kind: http
                parameters: { url: "%s" }
                poll: { first-after: 100ms, every: 500ms }
            """
                .formatted(channel.url()));
  }

  private static String lake(String name) {
    return name.replace('-', '_') + "_lake";
  }

  /** By the procedure of docs/BACKUP.md, beside the running gateway. */
  @Test
  void a_lake_that_was_lost_is_rebuilt_while_messages_go_on() throws SQLException {
    String name = "lake-lost";
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateway(name, channel);
    gateway.start();
    Api api = gateway.api();
    List<Sent> early = api.submit(Sent.many("SG", "early", 50));
    Sent rejected = Sent.to("BR", "rejected");
    api.submit(rejected);
    api.awaitStatus(early, "accepted");
    api.awaitEvent(rejected, "rejected");
    Map<String, Long> before = POSTGRES.counts(lake(name), ENTRIES);
    Map<String, Long> journal = POSTGRES.journal("lake_lost");

    POSTGRES.execute(lake(name), "TRUNCATE intergov.message_lake");
    Command.Ended check = command(gateway, "rebuild-lake", "--check", "--json");
    assertThat(check.code()).as(check.err()).isEqualTo(1);
    assertThat(check.out()).contains("\"messages\":51,\"missing\":51,\"older\":0");
    assertThat(POSTGRES.counts(lake(name), ENTRIES)).isEmpty();
    Command.Ended rebuilt = command(gateway, "rebuild-lake");
    assertThat(rebuilt.code()).as(rebuilt.err()).isZero();
    assertThat(rebuilt.out()).contains("51 messages; entries missing: 51");

    assertThat(POSTGRES.counts(lake(name), ENTRIES)).isEqualTo(before);
    assertThat(POSTGRES.journal("lake_lost")).isEqualTo(journal);
    assertThat(command(gateway, "rebuild-lake", "--check").code()).isZero();
    Sent later = Sent.to("SG", "later");
    api.submit(later);
    api.awaitStatus(later, "accepted");
    assertThat(channel.duplicates()).isEmpty();
  }

  private Command.Ended command(GatewayProcess gateway, String... arguments) {
    Map<String, String> environment = new HashMap<>();
    for (String key :
        List.of(
            "INTERGOV_JURISDICTION",
            "INTERGOV_DATABASE_URL",
            "INTERGOV_DATABASE_USERNAME",
            "INTERGOV_DATABASE_PASSWORD",
            "INTERGOV_LAKE_URL",
            "INTERGOV_LAKE_USERNAME",
            "INTERGOV_LAKE_PASSWORD")) {
      environment.put(key, gateway.setting(key));
    }
    return Command.run(directory, environment, arguments);
  }

  @Test
  @Tag("thorough")
  void a_gateway_killed_between_the_commits_of_lake_and_outbox_tells_the_journal_once()
      throws SQLException {
    String name = "lake-ahead";
    String outbox = "lake_ahead";
    Sent accepted = Sent.to("SG", "accepted");
    Sent rejected = Sent.to("BR", "rejected");
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateway(name, channel);
    gateway.start();
    try (Connection c = POSTGRES.connect(outbox);
        Statement gate = c.createStatement()) {
      // the outbox's transaction, which follows that of the lake, comes no further than this
      gate.execute(
          "CREATE FUNCTION intergov.wait() RETURNS trigger LANGUAGE plpgsql AS"
              + " $$ BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;"
              + " CREATE TRIGGER wait BEFORE INSERT ON intergov.delivery_status FOR EACH ROW"
              + " WHEN (NEW.event IN ('accepted', 'rejected')) EXECUTE FUNCTION intergov.wait()");
      gate.execute("SELECT pg_advisory_lock(4711)");
      gateway.api().submit(List.of(accepted, rejected));
      await("the lake has both, and the outbox has heard of neither")
          .until(
              () ->
                  POSTGRES.lake(lake(name)).equals(Map.of("accepted", 1L, "rejected", 1L))
                      && waiting(outbox) == 2);
      gateway.kill9();
      assertThat(POSTGRES.journal(outbox)).doesNotContainKeys("accepted", "rejected");
    }
    await("the server has rolled back what the dead gateway had open")
        .until(() -> waiting(outbox) == 0);
    assertThat(POSTGRES.journal(outbox)).doesNotContainKeys("accepted", "rejected");
    // the leases run out
    POSTGRES.execute(outbox, "UPDATE intergov.message_updates SET due_at = now()");
    POSTGRES.execute(outbox, "UPDATE intergov.rejected_messages SET due_at = now()");
    gateway.start();

    gateway.api().awaitEvent(accepted, "accepted");
    gateway.api().awaitEvent(rejected, "rejected");
    assertThat(gateway.api().events(accepted))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(gateway.api().events(rejected)).containsExactly("submitted", "no_route", "rejected");
    assertThat(POSTGRES.lake(lake(name))).isEqualTo(Map.of("accepted", 1L, "rejected", 1L));
    assertThat(channel.duplicates()).isEmpty();
  }

  /** Transactions that wait for the gate, dead gateways' too. */
  private static long waiting(String outbox) {
    return POSTGRES
        .counts(
            outbox,
            "SELECT 'n', count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4711"
                + " AND NOT granted")
        .get("n");
  }
}
