package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Messages come in while the endpoint that gives out tokens is away for a minute. */
@Tag("long")
class TokenOutageIT {
  private static final String DATABASE = "token_outage";
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String CREDENTIALS =
      Base64.getEncoder().encodeToString("au:secret".getBytes(StandardCharsets.UTF_8));
  private static final Duration OUTAGE = Duration.ofSeconds(60);

  private final TokenServer tokens = new TokenServer("Basic " + CREDENTIALS).open();
  private final TestChannel channel = new TestChannel();

  @RegisterExtension
  final GatewayExtension gateway =
      GatewayExtension.named("token-outage")
          .with(channel, tokens)
          .before(() -> tokens.life(5))
          .setting("SG_SECRET", "secret")
          .channels(
              """
              channels:
                - id: sg
                  match: { receiver: SG }
                  kind: http
                  parameters:
                    url: "%s"
                    auth: { type: oauth2, token-url: "%s/token", client-id: au,
                            client-secret: "{{env:SG_SECRET}}" }
                  poll: { first-after: 100ms, every: 1s }
              """
                  .formatted(channel.url(), tokens.url()));

  @Test
  void a_minute_without_tokens_loses_nothing_and_sends_nothing_twice() {
    AtomicInteger sent = new AtomicInteger();
    ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();
    try {
      channel.otherwise(
          post ->
              post.headers().getOrDefault("authorization", "").equals("Bearer " + tokens.newest())
                  ? Reply.accept()
                  : Reply.status(401));
      load.scheduleAtFixedRate(
          () -> gateway.api().submit(Sent.many("SG", "outage-" + sent.addAndGet(10), 10)),
          0,
          100,
          TimeUnit.MILLISECONDS);
      await("messages flow").until(() -> accepted() > 100);
      tokens.close();
      Instant over = Instant.now().plus(OUTAGE);
      await("the outage is over")
          .atMost(OUTAGE.plusSeconds(10))
          .until(() -> Instant.now().isAfter(over));
      long during = accepted();
      assertThat((long) sent.get()).as("submitted meanwhile").isGreaterThan(during + 1_000);
      tokens.open();
      stop(load);
      await("all are accepted")
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () ->
                  assertThat(POSTGRES.lake(DATABASE))
                      .isEqualTo(Map.of("accepted", (long) sent.get())));
      Map<String, Long> taken =
          channel.posts().stream()
              .filter(p -> !p.headers().getOrDefault("authorization", "").isEmpty())
              .collect(Collectors.groupingBy(TestChannel.Post::subject, Collectors.counting()));
      System.out.printf(
          "token-outage: %d messages, %d accepted during the outage, %d posts, %d token requests%n",
          sent.get(), during, channel.posts().size(), tokens.asked().size());
      assertThat(taken).hasSize(sent.get());
      assertThat(POSTGRES.counts(DATABASE, events("possible_duplicate"))).isEmpty();
      assertThat(POSTGRES.counts(DATABASE, events("unknown"))).isEmpty();
    } finally {
      load.shutdownNow();
    }
  }

  private static void stop(ScheduledExecutorService load) {
    load.shutdown();
    try {
      assertThat(load.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String events(String event) {
    return "SELECT event, count(*) FROM intergov.delivery_status WHERE event = '%s' GROUP BY 1"
        .formatted(event);
  }

  private static long accepted() {
    return POSTGRES.lake(DATABASE).getOrDefault("accepted", 0L);
  }
}
