package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** One database role owns the tables and migrates, another one does the daily work. */
@Execution(ExecutionMode.CONCURRENT)
class DatabaseRolesIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  private static PostgresServer.Login roles(String database) throws SQLException {
    PostgresServer.Login login = POSTGRES.createEmpty(database);
    POSTGRES.execute(database, "CREATE ROLE " + database + "_owner LOGIN PASSWORD 'owner'");
    POSTGRES.execute(database, "CREATE ROLE " + database + "_flow LOGIN PASSWORD 'flow'");
    POSTGRES.execute(
        database, "GRANT CREATE ON DATABASE " + database + " TO " + database + "_owner");
    return new PostgresServer.Login(login.url(), database + "_flow", "flow");
  }

  private GatewayProcess gateway(PostgresServer.Login flow, String database, String url) {
    return gateways
        .process(database)
        .database(flow)
        .setting("INTERGOV_DATABASE_MIGRATION_USERNAME", database + "_owner")
        .setting("INTERGOV_DATABASE_MIGRATION_PASSWORD", "owner")
        .channels(
            """
            channels:
              - id: sg
                match: { receiver: SG }
                kind: http
                parameters: { url: "%s" }
                poll: { first-after: 100ms, every: 500ms, finality: 0s }
            """
                .formatted(url));
  }

  @Test
  @Tag("thorough")
  void the_whole_flow_works_under_a_role_that_cannot_change_the_journal() throws SQLException {
    String database = "two_roles";
    PostgresServer.Login flow = roles(database);
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateway(flow, database, channel.url());
    Sent refused = Sent.to("SG", "refused");
    channel.on(refused, Reply.status(400));
    gateway
        .setting("INTERGOV_RETENTION_OUTBOX", "1s")
        .setting("INTERGOV_RETENTION_JOURNAL", "1s")
        .setting("INTERGOV_RETENTION_PERIOD", "1s")
        .start();
    gateway.api().submit(refused);
    List<Sent> sent = gateway.api().submit(Sent.many("SG", "roles", 50));
    assertThat(gateway.api().call("POST", "/channels/sg/pause", null, null).status())
        .isEqualTo(200);
    assertThat(gateway.api().call("POST", "/channels/sg/resume", null, null).status())
        .isEqualTo(200);
    gateway.api().awaitStatus(sent, "accepted");
    gateway.api().awaitStatus(refused, "rejected");
    await("all rows have left, by the owner's hand")
        .untilAsserted(
            () -> {
              assertThat(count(database, "delivery_status")).isZero();
              assertThat(count(database, "delivery_outbox_archive")).isEqualTo(51);
            });

    for (String table :
        List.of("delivery_status", "delivery_status_archive", "delivery_outbox_archive")) {
      // of a right that is not one's own to give PostgreSQL only says that nothing was given
      execute(flow, "GRANT ALL ON intergov.%s TO PUBLIC".formatted(table));
      for (String forbidden :
          List.of(
              "UPDATE intergov.%s SET sender = 'XX'",
              "DELETE FROM intergov.%s",
              "TRUNCATE intergov.%s",
              "DROP TABLE intergov.%s",
              "ALTER TABLE intergov.%s DISABLE TRIGGER ALL")) {
        assertDenied(flow, forbidden.formatted(table));
      }
    }
    assertDenied(flow, "UPDATE intergov.channel_journal SET who = 'nobody'");
    assertDenied(flow, "DELETE FROM intergov.channel_journal");
    assertDenied(flow, "CREATE TABLE intergov.mine (x int)");
    assertDenied(flow, "UPDATE intergov.schema_history SET success = false");

    // a start on a database that is up to date, and one after another release's migration
    assertThat(gateway.terminate()).isZero();
    gateway.start();
    gateway.api().awaitStatus(gateway.api().submit(Sent.to("SG", "again")), "accepted");
    assertThat(gateway.log()).doesNotContain("permission denied", "ERROR");
  }

  @Test
  @Tag("thorough")
  void a_member_of_the_owners_role_is_refused_even_if_it_must_set_that_role() throws SQLException {
    String database = "roles_in_vain";
    PostgresServer.Login flow = roles(database);
    POSTGRES.execute(database, "ALTER ROLE roles_in_vain_flow NOINHERIT");
    POSTGRES.execute(database, "GRANT roles_in_vain_owner TO roles_in_vain_flow");
    GatewayProcess gateway = gateway(flow, database, "http://127.0.0.1:9");
    assertRefused(
        gateway, database, "is a member of roles_in_vain_owner, which owns schema intergov");
  }

  @Test
  void the_owner_of_the_schema_is_refused() throws SQLException {
    String database = "roles_schema";
    PostgresServer.Login flow = roles(database);
    POSTGRES.execute(database, "CREATE SCHEMA intergov AUTHORIZATION roles_schema_flow");
    POSTGRES.execute(database, "GRANT ALL ON SCHEMA intergov TO roles_schema_owner");
    GatewayProcess gateway = gateway(flow, database, "http://127.0.0.1:9");
    assertRefused(gateway, database, "it owns schema intergov");
  }

  private static void assertRefused(GatewayProcess gateway, String database, String why) {
    gateway.launch();
    assertThat(gateway.exitCode()).as(why).isNotZero();
    assertThat(gateway.log())
        .contains("database role " + database + "_flow could change the journal", why + ". Make")
        .doesNotContain("\tat ");
  }

  private static void assertDenied(PostgresServer.Login login, String sql) {
    assertThatThrownBy(() -> execute(login, sql))
        .as(sql)
        .isInstanceOfSatisfying(
            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
  }

  private static void execute(PostgresServer.Login login, String sql) throws SQLException {
    try (Connection c =
            DriverManager.getConnection(login.url(), login.username(), login.password());
        Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static long count(String database, String table) {
    return POSTGRES.counts(database, "SELECT 'all', count(*) FROM intergov." + table).get("all");
  }
}
