package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The database fails over to an asynchronous standby that lacks the newest commits, under load.
 * What was answered in that time may be gone; what is not may be sent again only where that is
 * allowed, and the journal must say so.
 */
@Execution(ExecutionMode.CONCURRENT)
class StandbyIT {
  private static final int CLIENTS = 4;

  /** Messages of each lane that wait while the standby falls behind. */
  private static final int BACKLOG = 300;

  /** So many posts the standby knows nothing of. */
  private static final int LACKING = 120;

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @Test
  @Tag("thorough")
  void a_promoted_standby_that_lacks_the_newest_commits_repeats_nothing_without_a_word() {
    failsOver("primary", "?targetServerType=primary");
  }

  @Test
  @Tag("long")
  void nor_does_one_that_the_driver_takes_as_any_server() {
    failsOver("any", "?connectTimeout=2");
  }

  private void failsOver(String name, String parameters) {
    String database = "standby";
    PostgresServer primary = gateways.closing(PostgresServer.own("postgres-primary-of-" + name));
    PostgresServer standby = gateways.closing(PostgresServer.later("postgres-standby-of-" + name));
    TestChannel once = gateways.channelServer();
    TestChannel keys = gateways.channelServer();
    TestChannel second = gateways.channelServer();
    GatewayProcess gateway = gateways.process("standby-" + name);
    // many are under way at any moment
    Reply slow = Reply.after(Duration.ofMillis(150), Reply.accept());
    once.otherwise(post -> slow);
    keys.otherwise(post -> slow);
    primary.create(database);
    gateway
        .database(primary.orOn(standby, database, parameters))
        .channels(
            """
            defaults:
              timeout: 10s
              circuit: off
              retry: { attempts: 20, first-delay: 100ms, factor: 1 }
              poll: { first-after: 100ms, every: 1s }
            channels:
              - id: sg-once
                match: { receiver: SG }
                kind: http
                on-unknown: hold
                concurrency: 32
                parameters: { url: "%1$s" }
              - id: gb-keys
                match: { receiver: GB }
                kind: http
                parameters: { url: "%2$s" }
              - id: second
                match: { receiver: [ SG, GB ] }
                kind: http
                parameters: { url: "%3$s" }
            """
                .formatted(once.url(), keys.url(), second.url()))
        .start();
    gateway.api().submit(Sent.many("SG", "waits", BACKLOG));
    gateway.api().submit(Sent.many("GB", "waits-too", BACKLOG));
    Clients clients =
        Clients.thatMoveOn(
            CLIENTS, gateway::api, n -> Sent.to(n % 2 == 0 ? "SG" : "GB", "standby-" + n));
    Seen before;
    try (clients) {
      clients.awaitMore(20);
      primary.copyTo(standby);
      int posts = once.posts().size();
      await("the standby falls behind")
          .pollInterval(Duration.ofMillis(5))
          .until(() -> once.posts().size() >= posts + LACKING);
      before = Seen.in(primary, database);
      primary.kill();
      standby.start();
      clients.awaitMore(100);
      clients.stop();
    }
    await("every message that is known has ended, or waits for an operator")
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(
            () -> assertThat(statuses(standby, database)).containsOnlyKeys("accepted", "held"));
    assertThat(repeated(once)).as("posted twice where that must never be").isEmpty();
    assertThat(keys.duplicates()).isEmpty();
    assertThat(Journals.unannounced(standby, database, keys)).isEmpty();
    assertThat(second.posts()).as("moved to another channel").isEmpty();
    assertThat(statuses(standby, database)).as("not all is held").containsKey("accepted");

    // what came afterwards is new in every respect
    List<Sent> afterwards = gateway.api().submit(Sent.many("GB", "afterwards", 20));
    gateway.api().awaitStatus(afterwards, "accepted");
    assertThat(Seen.least(standby, database, "afterwards-").isAbove(before))
        .as("ids and positions of new messages, and those of before: %s", before)
        .isTrue();
    assertThat(gateway.readyStatus()).isEqualTo(200);
  }

  /** The highest, or the lowest, number of each sequence that somebody may have seen. */
  private record Seen(long id, long journal) {
    static Seen in(PostgresServer server, String database) {
      return new Seen(
          number(server, database, "SELECT '', max(id) FROM intergov.delivery_outbox"),
          number(server, database, "SELECT '', max(seq) FROM intergov.delivery_status"));
    }

    static Seen least(PostgresServer server, String database, String prefix) {
      String ours = " WHERE sender_ref LIKE '" + prefix + "%'";
      return new Seen(
          number(server, database, "SELECT '', min(id) FROM intergov.delivery_outbox" + ours),
          number(server, database, "SELECT '', min(seq) FROM intergov.delivery_status" + ours));
    }

    private static long number(PostgresServer server, String database, String sql) {
      return server.counts(database, sql).get("");
    }

    boolean isAbove(Seen other) {
      return id > other.id && journal > other.journal;
    }
  }

  private static Map<String, Long> statuses(PostgresServer server, String database) {
    return server.counts(
        database,
        """
        SELECT CASE WHEN o.status = 'held' THEN 'held' ELSE coalesce(l.status, 'not in the lake') END,
          count(*)
        FROM intergov.delivery_outbox o
        LEFT JOIN intergov.message_lake l USING (sender, sender_ref) GROUP BY 1
        """);
  }

  private static Set<String> repeated(TestChannel channel) {
    Set<String> keys = new HashSet<>();
    return channel.posts().stream()
        .map(TestChannel.Post::key)
        .filter(key -> !keys.add(key))
        .collect(Collectors.toSet());
  }
}
