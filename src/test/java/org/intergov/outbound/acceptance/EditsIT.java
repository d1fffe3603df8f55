package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** channels.yaml is edited again and again while messages come in. */
@Execution(ExecutionMode.CONCURRENT)
class EditsIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String ENDPOINTS = "org.intergov.outbound.channel.http.ChannelHttpEndpoint";
  private static final String UNKNOWN =
      "SELECT detail, count(*) FROM intergov.delivery_status"
          + " WHERE event IN ('unknown', 'possible_duplicate', 'held') GROUP BY 1";
  private static final String ROUTES = "org.apache.camel.model.RouteDefinition";

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @Test
  @Tag("thorough")
  void sixty_edits_under_100_messages_a_second() {
    run("edits", 10, 50, 100, 12 << 20);
  }

  @Test
  @Tag("long")
  void a_thousand_edits_under_500_messages_a_second() {
    run("thousand_edits", 50, 950, 500, 12 << 20);
  }

  /**
   * @param first edits before the first look at what the gateway holds
   * @param mostGrowth bytes that it may hold more after the others
   */
  private void run(String name, int first, int others, int rate, long mostGrowth) {
    Path file = Path.of("target", "acceptance", name, "channels.yaml").toAbsolutePath();
    EditedChannels channels = gateways.closing(new EditedChannels());
    GatewayProcess gateway = gateways.process(name);
    EditsUnderLoad edits = new EditsUnderLoad(gateway, channels, file);
    gateway.database(POSTGRES.create(name)).channelsFile(file).start();
    try (Jmx jmx = Jmx.of(gateway)) {
      int ownRoutes = jmx.routes() - edits.channelRoutes();
      edits.run(jmx, first, rate);
      settle(name, edits, jmx, ownRoutes);
      long heap = jmx.heapAfterCollection();
      int endpoints = jmx.instances(ENDPOINTS);
      int definitions = jmx.instances(ROUTES);
      int threads = jmx.threads();

      edits.run(jmx, others, rate);
      settle(name, edits, jmx, ownRoutes);
      long grown = jmx.heapAfterCollection() - heap;
      System.out.printf(
          "%s: %d good and %d broken edits, %d messages; routes %d, %d before; endpoints %d, %d"
              + " before; threads %d, %d before; heap %d kB, %d kB before%n",
          name,
          edits.good(),
          edits.broken(),
          edits.messages(),
          jmx.routes(),
          ownRoutes + 12,
          jmx.instances(ENDPOINTS),
          endpoints,
          jmx.threads(),
          threads,
          (heap + grown) >> 10,
          heap >> 10);
      // the last of the old ones may still be referred to by what is just ending
      soon(() -> assertThat(jmx.instances(ENDPOINTS)).isLessThanOrEqualTo(endpoints));
      soon(() -> assertThat(jmx.instances(ROUTES)).isLessThanOrEqualTo(definitions));
      assertThat(grown).as("bytes of heap more than before").isLessThan(mostGrowth);
    }
    assertThat(edits.broken()).isGreaterThan((first + others) / 4);
    assertThat(POSTGRES.counts(name, UNKNOWN)).as("nothing was cut off by an edit").isEmpty();
    assertThat(edits.repeated()).isEmpty();
    assertThat(edits.misrouted(0)).isEmpty();
    assertThat(edits.misrouted(5)).as("this test would notice").isNotEmpty();
  }

  /** With every channel back, each message is accepted, and no old routes are left. */
  private static void settle(String name, EditsUnderLoad edits, Jmx jmx, int ownRoutes) {
    edits.complete();
    await()
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () ->
                assertThat(POSTGRES.lake(name))
                    .isEqualTo(Map.of("accepted", (long) edits.messages())));
    soon(() -> assertThat(jmx.routes()).isEqualTo(ownRoutes + edits.channelRoutes()));
  }

  private static void soon(ThrowingRunnable assertion) {
    await().pollInterval(Duration.ofMillis(50)).untilAsserted(assertion);
  }
}
