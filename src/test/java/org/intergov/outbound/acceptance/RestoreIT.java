package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.intergov.outbound.docs.Blocks;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A database is put back to a moment before its messages were sent, by the procedure of
 * docs/BACKUP.md, whose SQL is run as it stands there.
 */
@Execution(ExecutionMode.CONCURRENT)
class RestoreIT {
  private static final Path PAGE = Path.of("docs", "BACKUP.md");
  private static final PostgresServer POSTGRES = PostgresServer.shared();

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  private final List<Sent> keyed = Sent.many("SG", "restore-sg", 3);
  private final List<Sent> careful = Sent.many("NZ", "restore-nz", 3);
  private final Sent later = Sent.to("SG", "after-the-backup");

  private GatewayProcess gateway(String name, PostgresServer.Login login, TestChannel channel) {
    return gateways
        .process(name)
        .database(login)
        .channels(
            """
            channels:
              - id: sg
                match: { receiver: SG }
                kind: http
                parameters: { url: "%1$s" }
                poll: { first-after: 100ms, every: 500ms }
              - id: nz
                match: { receiver: NZ }
                on-unknown: hold
                kind: http
                parameters: { url: "%1$s" }
                poll: { first-after: 100ms, every: 500ms }
            """
                .formatted(channel.url()));
  }

  private static void lanes(Api api, String to) {
    for (String id : List.of("sg", "nz")) {
      Api.Answer answer = api.call("POST", "/channels/" + id + "/" + to, null, null);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }
  }

  private static void execute(String database, String sql) throws SQLException {
    try (Connection c = POSTGRES.connect(database);
        Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static void procedure(String database) throws SQLException {
    for (Blocks.Block block : Blocks.of(PAGE)) {
      if (block.language().equals("sql")) {
        execute(database, block.text());
      }
    }
  }

  @Test
  @Tag("thorough")
  void nothing_is_sent_twice_without_saying_so() throws SQLException {
    TestChannel channel = gateways.channelServer();
    PostgresServer.Login login = POSTGRES.create("restore_before");
    GatewayProcess gateway = gateway("restore", login, channel).start();
    lanes(gateway.api(), "pause");
    gateway.api().submit(keyed);
    gateway.api().submit(careful);
    assertThat(gateway.terminate()).isZero();
    execute(PostgresServer.MAINTENANCE, "CREATE DATABASE restore_after TEMPLATE restore_before");
    gateway.start();
    lanes(gateway.api(), "resume");
    gateway.api().submit(later);
    gateway.api().awaitStatus(keyed, "accepted");
    gateway.api().awaitStatus(careful, "accepted");
    gateway.api().awaitStatus(later, "accepted");
    gateway.close();
    assertThat(channel.repeated()).isEmpty();
    procedure("restore_after");
    String url = login.url().replace("restore_before", "restore_after");
    var restored = new PostgresServer.Login(url, login.username(), login.password());
    assertRestored(gateway("restored", restored, channel).start().api(), channel);
  }

  private void assertRestored(Api api, TestChannel channel) {
    assertThat(channel.repeated()).as("while the channels are paused").isEmpty();
    lanes(api, "resume");
    api.submit(later); // its system has no answer that counts any more
    for (Sent message : keyed) {
      api.awaitStatus(message, "accepted");
      assertThat(api.events(message))
          .startsWith("submitted", "unknown", "possible_duplicate")
          .endsWith("posted", "confirmed", "accepted");
      assertThat(channel.keys(message)).containsOnly(message.reference()).hasSize(2);
    }
    api.awaitStatus(later, "accepted");
    assertThat(channel.keys(later)).containsOnly(later.reference()).hasSize(2);
    for (Sent message : careful) {
      api.awaitDelivery(message, "held");
      assertThat(channel.keys(message)).as("on-unknown: hold").hasSize(1);
      byte[] decision =
          "{\"delivered\": true, \"reason\": \"it has the key\"}".getBytes(StandardCharsets.UTF_8);
      String path = "/messages/" + message.reference() + "/resolve";
      assertThat(api.call("POST", path, "application/json", decision).status()).isEqualTo(200);
      api.awaitStatus(message, "accepted");
    }
    assertThat(channel.duplicates()).as("taken twice").isEmpty();
  }
}
