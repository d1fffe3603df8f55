package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.intergov.outbound.store.database.CuttingProxy;
import org.intergov.outbound.store.database.CuttingProxy.Cut;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The server claims, and the gateway never hears of it: what was claimed does not wait for a lease
 * of two channel timeouts, two minutes here.
 */
@Execution(ExecutionMode.CONCURRENT)
class LostClaimIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String DATABASE = "lost_claims";

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @Test
  void a_claim_of_status_checks_whose_answer_is_lost_delays_nothing()
      throws IOException, SQLException {
    PostgresServer.Login direct = POSTGRES.create(DATABASE);
    TestChannel channel = gateways.channelServer();
    CuttingProxy proxy = gateways.closing(new CuttingProxy(POSTGRES.port()));
    GatewayProcess gateway = gateways.process("lost-claim");
    try (Connection connection = POSTGRES.connect(DATABASE)) {
      gateway
          .database(
              new PostgresServer.Login(
                  // each request is named in full, so that the proxy knows which to cut
                  "jdbc:postgresql://127.0.0.1:%d/%s?prepareThreshold=0"
                      .formatted(proxy.port(), DATABASE),
                  direct.username(),
                  direct.password()))
          .channels(channel.table("timeout: 5m", "poll: { first-after: 5s, every: 1s }"))
          .start();
      gateway.api().submit(Sent.many("SG", "m", 10));
      await("all are taken").until(() -> pending("true") == 10);
      // claims wait for the table until all are due, and the next one takes them all
      connection.setAutoCommit(false);
      try (Statement s = connection.createStatement()) {
        s.execute("LOCK TABLE intergov.channel_pending IN EXCLUSIVE MODE");
      }
      await("all are due").until(() -> pending("due_at <= now()") == 10);
      proxy.cutNext("checks = p.checks + 1", Cut.AFTER_THE_COMMIT);
      connection.commit();

      await("the claim is made").until(proxy::hasCut);
      await("all are accepted")
          .until(() -> POSTGRES.lake(DATABASE).equals(Map.of("accepted", 10L)));
      assertThat(POSTGRES.stories(DATABASE))
          .isEqualTo(Map.of("submitted, posted, confirmed, accepted", 10L));
    }
  }

  private static long pending(String which) throws SQLException {
    try (Connection connection = POSTGRES.connect(DATABASE);
        Statement s = connection.createStatement();
        ResultSet r =
            s.executeQuery("SELECT count(*) FROM intergov.channel_pending WHERE " + which)) {
      r.next();
      return r.getLong(1);
    }
  }
}
