package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.intergov.outbound.acceptance.TestChannel.Post;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Two replicas on one database, the clock of one an hour ahead, that of the other an hour behind.
 * If one of them decided anything by its clock, what it wrote or found would be off by an hour or
 * two: half an hour is all that messages have here, half a minute a lease, a second or two a delay.
 */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class ClockIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int EACH = 200;
  private static final int LATE = 10;
  private static final Duration TIMEOUT = Duration.ofSeconds(12);
  private static final Set<String> AHEAD_AND_BEHIND = Set.of("ahead", "behind");

  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @Test
  void what_becomes_of_messages_does_not_depend_on_the_clocks_of_replicas() throws SQLException {
    PostgresServer.Login login = POSTGRES.create("clocks");
    TestChannel slow = gateways.channelServer();
    TestChannel notYet = gateways.channelServer();
    TestChannel never = gateways.channelServer();
    GatewayProcess ahead = gateways.process("clock-ahead").clockAhead(HOUR);
    GatewayProcess behind = gateways.process("clock-behind").clockAhead(HOUR.negated());
    Reply late = Reply.after(Duration.ofMillis(500), Reply.accept());
    AtomicBoolean isKilled = new AtomicBoolean();
    AtomicInteger byAhead = new AtomicInteger();
    slow.otherwise(
        post ->
            call -> {
              call.store();
              if (!isKilled.get() && by(post).equals("ahead") && byAhead.incrementAndGet() > 20) {
                return; // it dies before it hears anything
              }
              late.to(call);
            });
    AtomicBoolean isOpen = new AtomicBoolean();
    notYet.otherwise(post -> isOpen.get() ? Reply.accept() : comeBack());
    never.otherwise(post -> Reply.status(503));
    String channels = channels(Map.of("SG", slow, "NZ", notYet, "FJ", never));
    Map.of("ahead", ahead, "behind", behind)
        .forEach(
            (name, gateway) ->
                gateway
                    .database(login)
                    .setting("INTERGOV_EXPIRES_AFTER", "30m")
                    .setting("REPLICA", name)
                    .channels(channels));
    final Instant begun = now();
    startBoth(ahead, behind);
    submit(ahead, "ahead");
    submit(behind, "behind");

    awaitPosts(slow, 21);
    awaitPosts(notYet, 1);
    ahead.kill9();
    isKilled.set(true);
    ahead.start();
    insertLate();
    isOpen.set(true);
    await("every message has ended")
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(POSTGRES.lake("clocks"))
                    .isEqualTo(Map.of("accepted", 2L * EACH, "rejected", (long) LATE)));

    assertClock(ahead, HOUR);
    assertClock(behind, HOUR.negated());
    for (TestChannel channel : List.of(slow, notYet)) {
      assertThat(channel.duplicates()).isEmpty();
      assertThat(channel.taken()).isEqualTo(EACH);
    }
    assertThat(never.taken()).isZero();
    assertThat(POSTGRES.journal("clocks"))
        .containsEntry("submitted", 2L * EACH + LATE)
        .containsEntry("posted", 2L * EACH)
        .containsEntry("accepted", 2L * EACH)
        .containsEntry("expired", (long) LATE)
        .containsEntry("rejected", (long) LATE)
        .doesNotContainKeys("held", "gave_up", "lease_lost");
    assertThat(Stream.of(slow, notYet).flatMap(c -> c.posts().stream()).map(ClockIT::by))
        .as("both replicas have posted")
        .containsAll(AHEAD_AND_BEHIND);
    assertLeases(slow);
    assertTimes(begun);
  }

  /** They are told which replica it is that posts. */
  private static String channels(Map<String, TestChannel> byReceiver) {
    StringBuilder yaml =
        new StringBuilder(
            """
            defaults:
              timeout: %ds
              retry: { attempts: 1000, first-delay: 100ms, max-delay: 1s }
              circuit: { max-wait: 1s }
              poll: { first-after: 100ms, every: 500ms }
            channels:
            """
                .formatted(TIMEOUT.toSeconds()));
    byReceiver.forEach(
        (receiver, channel) ->
            yaml.append(
                """
                  - id: to-%s
                    match: { receiver: %s }
                    kind: http
                    parameters:
                      url: "%s"
                      auth: { type: api-key, header: X-Replica, key: "{{env:REPLICA}}" }
                """
                    .formatted(receiver.toLowerCase(Locale.ROOT), receiver, channel.url())));
    return yaml.toString();
  }

  private static void startBoth(GatewayProcess a, GatewayProcess b) {
    a.launch();
    b.launch();
    a.awaitReady();
    b.awaitReady();
  }

  private static void submit(GatewayProcess gateway, String name) {
    gateway.api().submit(Sent.many("SG", name + "-sg", EACH / 2));
    gateway.api().submit(Sent.many("NZ", name + "-nz", EACH / 2));
  }

  /** Rows of another system, which says itself how long they have. */
  private static void insertLate() throws SQLException {
    for (Sent m : Sent.many("FJ", "late", LATE)) {
      POSTGRES.execute(
          "clocks",
          """
          INSERT INTO intergov.delivery_outbox
            (sender, sender_ref, receiver, subject, obj, predicate, expires_at)
          VALUES ('AU', ?, ?, ?, ?, ?, now() + interval '10 seconds')
          """,
          m.ref(),
          m.receiver(),
          m.subject(),
          m.obj(),
          m.predicate());
    }
  }

  /** Not now, but in a second or two, said by the clock of the channel. */
  private static Reply comeBack() {
    OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
    DateTimeFormatter http = DateTimeFormatter.RFC_1123_DATE_TIME;
    return call -> {
      call.response().putHeader("Date", http.format(now));
      call.response().putHeader("Retry-After", http.format(now.plusSeconds(2)));
      call.answer(503, "");
    };
  }

  /** By the one that is killed first, so something of its is under way. */
  private static void awaitPosts(TestChannel channel, int posts) {
    await("posts of the replica that is ahead")
        .pollInterval(Duration.ofMillis(5))
        .until(() -> channel.posts().stream().filter(p -> by(p).equals("ahead")).count() >= posts);
  }

  private static String by(Post post) {
    return post.headers().get("x-replica");
  }

  /** By what it logs, what it says of itself, and what its libraries say. */
  private static void assertClock(GatewayProcess gateway, Duration ahead) {
    Instant expected = Instant.now().plus(ahead);
    String lastReady =
        gateway.log().lines().filter(l -> l.contains(" Gateway ready ")).reduce("", (a, b) -> b);
    assertThat(Instant.parse(lastReady.split(" ", 2)[0]))
        .isCloseTo(expected, within(15, ChronoUnit.MINUTES));
    MatchResult sampled =
        Pattern.compile("\"as-of\"\\s*:\\s*\"([^\"]+)\"")
            .matcher(gateway.health())
            .results()
            .findFirst()
            .orElseThrow();
    assertThat(Instant.parse(sampled.group(1))).isCloseTo(expected, within(15, ChronoUnit.MINUTES));
  }

  /** What was under way in a killed replica was sent again, and not before its lease ran out. */
  private static void assertLeases(TestChannel channel) {
    Map<String, List<Post>> again =
        channel.posts().stream().collect(Collectors.groupingBy(Post::key));
    again.values().removeIf(posts -> posts.size() == 1);
    assertThat(again.values()).allSatisfy(posts -> assertThat(posts).hasSize(2));
    assertThat(again).as("what was under way when its replica was killed").isNotEmpty();
    // a lease is of twice the timeout and 10 s, of which 5 s at most have passed before a post
    Duration least = TIMEOUT.multipliedBy(2).plusSeconds(4);
    assertThat(again.values())
        .allSatisfy(
            posts ->
                assertThat(Duration.between(posts.get(0).at(), posts.get(1).at()))
                    .isGreaterThan(least));
  }

  /** Every time that was written is of the database's clock. */
  private static void assertTimes(Instant begun) throws SQLException {
    assertThat(instant("SELECT min(at) FROM intergov.delivery_status")).isAfter(begun);
    assertThat(instant("SELECT max(at) FROM intergov.delivery_status")).isBefore(now());
    assertThat(
            POSTGRES.counts(
                "clocks",
                """
                SELECT sender_ref || ' ' || event, 1 FROM (
                  SELECT *, lag(at) OVER (PARTITION BY message_id ORDER BY seq) AS before
                  FROM intergov.delivery_status) j
                WHERE at < before
                """))
        .as("events that were journaled with an earlier time than the one before")
        .isEmpty();
    assertThat(
            POSTGRES.counts(
                "clocks",
                """
                SELECT (o.expires_at - j.at)::text, count(*)
                FROM intergov.delivery_outbox o JOIN intergov.delivery_status j
                  ON j.message_id = o.id AND j.event = 'submitted'
                WHERE o.receiver <> 'FJ' GROUP BY 1
                """))
        .isEqualTo(Map.of("00:30:00", 2L * EACH));
    assertThat(
            POSTGRES.counts(
                "clocks",
                """
                SELECT o.sender_ref, extract(epoch FROM j.at - o.created_at)::int8
                FROM intergov.delivery_outbox o JOIN intergov.delivery_status j
                  ON j.message_id = o.id AND j.event = 'expired'
                """))
        .hasSize(LATE)
        .allSatisfy((ref, seconds) -> assertThat(seconds).isBetween(10L, 90L));
  }

  private static Instant now() throws SQLException {
    return instant("SELECT now()");
  }

  private static Instant instant(String sql) throws SQLException {
    try (Connection c = POSTGRES.connect("clocks");
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getObject(1, OffsetDateTime.class).toInstant();
    }
  }
}
