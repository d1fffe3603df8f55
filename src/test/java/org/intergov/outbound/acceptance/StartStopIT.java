package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.postgres.EmbeddedDatabase;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Starting, stopping, and what stops a start. */
@Execution(ExecutionMode.CONCURRENT)
class StartStopIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final PostgresServer.Login REFUSED_STARTS = POSTGRES.create("refused_starts");

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  private static String channels(TestChannel channel) {
    return channels(channel.url());
  }

  private static String channels(String url) {
    return """
        channels:
          - id: sg-shared-db
            match: { receiver: SG }
            kind: http
            parameters: { url: "%s" }
            retry: { attempts: 100, first-delay: 200ms, factor: 1, max-delay: 500ms }
            poll: { first-after: 100ms, every: 500ms }
        """
        .formatted(url);
  }

  @Test
  void a_stop_lets_posts_in_flight_finish_and_leaves_nothing_unknown() {
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateways.process("graceful-stop");
    channel.otherwise(post -> Reply.after(Duration.ofMillis(1_500), Reply.accept()));
    gateway.database(POSTGRES.create("graceful_stop")).channels(channels(channel)).start();
    gateway.api().submit(Sent.many("SG", "in-flight", 100));
    await().until(() -> channel.posts().size() >= 16);
    assertThat(gateway.terminate()).isZero();

    Map<String, Long> events = POSTGRES.journal("graceful_stop");
    assertThat(events)
        .doesNotContainKeys("unknown", "possible_duplicate", "lease_lost", "held")
        .containsEntry("posted", (long) channel.posts().size());
    assertThat(
            POSTGRES.counts(
                "graceful_stop",
                "SELECT status, count(*) FROM intergov.delivery_outbox GROUP BY 1"))
        .doesNotContainKey("sending");

    channel.otherwise(post -> Reply.accept());
    gateway.start();
    await()
        .untilAsserted(
            () -> assertThat(POSTGRES.lake("graceful_stop")).isEqualTo(Map.of("accepted", 100L)));
    assertThat(channel.repeated()).isEmpty();
    assertThat(POSTGRES.stories("graceful_stop"))
        .isEqualTo(Map.of("submitted, posted, confirmed, accepted", 100L));
    assertThat(gateway.terminate()).isZero();
  }

  @Test
  @Tag("thorough")
  void the_embedded_database_is_found_again_with_its_data_after_stop_and_kill() throws IOException {
    Path dataDir = Path.of("target", "acceptance", "embedded-data").toAbsolutePath();
    // stops what a failed test has left running
    gateways.closing(() -> EmbeddedDatabase.start(dataDir).close());
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateways.process("embedded");
    GatewayProcess second = gateways.process("embedded-second");
    assertThat(gateway.dataDir()).isEqualTo(dataDir);
    gateway.channels(channels(channel)).start();
    Api api = gateway.api();
    Sent accepted = api.submit(Sent.to("SG", "accepted"));
    api.awaitStatus(accepted, "accepted");
    channel.refuseConnections();
    Sent waiting = api.submit(Sent.to("SG", "waiting"));
    api.awaitEvent(waiting, "unavailable");

    // a second gateway on the same directory
    second.setting("INTERGOV_DATA_DIR", dataDir.toString()).channels(channels(channel)).launch();
    assertThat(second.exitCode()).isNotZero();
    assertThat(second.log())
        .contains(dataDir.toRealPath().toString())
        .contains("pid " + gateway.pid())
        .doesNotContain("\tat ");
    assertThat(gateway.readyStatus()).isEqualTo(200);

    gateway.kill9();
    gateway.start();
    assertThat(api.status(accepted)).isEqualTo("accepted");
    assertThat(api.events(accepted))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(api.events(waiting)).startsWith("submitted", "unavailable");

    assertThat(gateway.terminate()).isZero();
    channel.open();
    gateway.start();
    api.awaitStatus(waiting, "accepted");
    assertThat(api.status(accepted)).isEqualTo("accepted");
    assertThat(channel.taken()).isEqualTo(2);
    assertThat(channel.repeated()).isEmpty();
    assertThat(gateway.terminate()).isZero();
  }

  private static String failsToStart(GatewayProcess gateway, int exitCode) {
    gateway.launch();
    assertThat(gateway.exitCode()).as(gateway.log()).isEqualTo(exitCode);
    assertThat(gateway.log()).as("words, not a stack trace").doesNotContain("\tat ");
    return gateway.log();
  }

  /** One that is refused for another reason than its database. */
  private GatewayProcess refused(String name) {
    return gateways.process(name).database(REFUSED_STARTS);
  }

  private static String unused() {
    return channels("http://127.0.0.1:9");
  }

  @Test
  void a_port_that_is_taken_is_told_with_its_setting() throws IOException {
    GatewayProcess api = refused("api-port-taken");
    GatewayProcess management = refused("management-port-taken");
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String port = String.valueOf(taken.getLocalPort());
      api.channels(unused()).setting("INTERGOV_API_PORT", port);
      assertThat(failsToStart(api, 2)).contains("intergov.api.port").contains(port);
      management.channels(unused()).setting("INTERGOV_MANAGEMENT_PORT", port);
      assertThat(failsToStart(management, 2)).contains("intergov.management.port").contains(port);
    }
  }

  @Test
  void a_routing_table_that_is_missing_or_broken_is_told_with_file_and_line() {
    Path broken =
        GatewayProcess.write(
            Path.of("target", "acceptance", "broken-channels.yaml").toAbsolutePath(),
            unused().replace("kind: http", "kind: htpp"));
    GatewayProcess missing = refused("channels-missing");
    GatewayProcess wrong = refused("channels-broken");
    missing.channelsFile(Path.of("/nowhere/channels.yaml"));
    assertThat(failsToStart(missing, 2)).contains("/nowhere/channels.yaml");
    wrong.channelsFile(broken);
    assertThat(failsToStart(wrong, 2)).contains(broken + ":4").contains("htpp").contains("http");
  }

  @Test
  void a_setting_that_is_unknown_or_wrong_or_missing_is_told_by_its_name() {
    GatewayProcess unknown = refused("setting-unknown");
    GatewayProcess wrong = refused("settings-wrong");
    unknown.channels(unused()).setting("INTERGOV_API_PROT", "8080");
    assertThat(failsToStart(unknown, 2)).contains("INTERGOV_API_PROT", "INTERGOV_API_PORT");
    wrong
        .channels(unused())
        .setting("INTERGOV_JURISDICTION", "au")
        .setting("INTERGOV_EXPIRES_AFTER", "soon")
        .setting("INTERGOV_API_PORT", "eighty");
    assertThat(failsToStart(wrong, 2))
        .as("all faults at once")
        .contains("intergov.jurisdiction", "intergov.expires-after", "intergov.api.port");
  }

  @Test
  @Tag("thorough") // it is waited for a minute
  void a_database_that_cannot_be_reached_is_told_with_its_address() {
    int nobody = Ports.free();
    GatewayProcess gateway = gateways.process("database-unreachable");
    gateway
        .channels(unused())
        .setting("INTERGOV_DATABASE_URL", "jdbc:postgresql://127.0.0.1:" + nobody + "/intergov")
        .setting("INTERGOV_DATABASE_USERNAME", "intergov")
        .setting("INTERGOV_DATABASE_PASSWORD", "dont-print-me");
    assertThat(failsToStart(gateway, 1))
        .contains(String.valueOf(nobody))
        .doesNotContain("dont-print-me");
  }

  @Test
  @Tag("thorough")
  void a_message_half_way_is_finished_after_a_restart_whatever_stage_it_was_in() {
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateways.process("half-way");
    Sent unconfirmed = Sent.to("SG", "unconfirmed");
    Sent unavailable = Sent.to("SG", "unavailable");
    Sent accepted = Sent.to("SG", "accepted");
    Sent noRoute = Sent.to("BR", "no-route");
    channel.says(unconfirmed, StatusReply.says("received"));
    channel.always(unavailable, Reply.status(503));
    gateway.database(POSTGRES.createEmpty("half_way")).channels(channels(channel)).start();
    Api api = gateway.api();
    api.submit(List.of(unconfirmed, unavailable, accepted, noRoute));
    api.awaitEvent(unconfirmed, "posted");
    api.awaitEvent(unavailable, "unavailable");
    api.awaitStatus(accepted, "accepted");
    api.awaitStatus(noRoute, "rejected");
    assertThat(gateway.terminate()).isZero();
    channel.says(unconfirmed, StatusReply.says("confirmed"));
    channel.on(unavailable);
    gateway.start();
    api.awaitStatus(unconfirmed, "accepted");
    api.awaitStatus(unavailable, "accepted");
    assertThat(api.status(accepted)).isEqualTo("accepted");
    assertThat(api.status(noRoute)).isEqualTo("rejected");
    assertThat(channel.posts(unconfirmed)).hasSize(1);
    assertThat(channel.posts(accepted)).hasSize(1);
  }
}
