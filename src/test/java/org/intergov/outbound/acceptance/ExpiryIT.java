package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What becomes of messages that are not delivered in time. Each test has a channel of its own: the
 * answers that one gives may open the circuit, and what another submits meanwhile expires untried.
 */
@Tag("thorough")
@ExtendWith(ShowLogsOnFailure.class)
@Execution(ExecutionMode.CONCURRENT)
class ExpiryIT {
  private static TestChannel channel;
  private static GatewayProcess gateway;
  private static Api api;

  @BeforeAll
  static void start() {
    channel = new TestChannel();
    gateway =
        GatewayProcess.named("expiry")
            .database(PostgresServer.shared().create("expiry"))
            .setting("INTERGOV_EXPIRES_AFTER", "15s")
            .channels(
                """
                defaults:
                  retry: { attempts: 1000, first-delay: 100ms, factor: 1, max-delay: 200ms }
                  poll: { first-after: 100ms, every: 500ms }
                channels:
                  - id: sg-only
                    match: { receiver: SG }
                    kind: http
                    parameters: { url: "%1$s" }
                  - id: my-only
                    match: { receiver: MY }
                    kind: http
                    parameters: { url: "%1$s" }
                  - id: nz-only
                    match: { receiver: NZ }
                    kind: http
                    parameters: { url: "%1$s" }
                """
                    .formatted(channel.url()))
            .start();
    api = gateway.api();
    // the first post of a process takes long; no message is to expire before its own
    api.awaitStatus(api.submit(Sent.to("SG", "first")), "accepted");
  }

  @AfterAll
  static void stop() {
    gateway.close();
    channel.close();
  }

  @Test
  void a_message_that_certainly_was_not_delivered_in_time_is_rejected_as_expired() {
    Sent message = Sent.to("SG", "expired");
    channel.always(message, Reply.status(503));
    api.submit(message);
    api.awaitStatus(message, "rejected");
    api.awaitEvent(message, "rejected");
    assertThat(api.message(message).path("reason").asText()).isEqualTo("expired");
    assertThat(api.events(message)).startsWith("submitted", "unavailable", "retry_scheduled");
    assertThat(api.events(message)).endsWith("expired", "rejected");
  }

  @Test
  void a_message_that_may_have_been_delivered_is_held_when_it_expires() {
    Sent message = Sent.to("MY", "expired-unknown");
    channel.always(message, Reply.status(500));
    api.submit(message);
    api.awaitDelivery(message, "held");
    assertThat(api.events(message)).endsWith("expired", "held").doesNotContain("rejected");
    assertThat(api.status(message)).isEqualTo("pending");
  }

  @Test
  void a_message_that_is_delivered_in_time_does_not_expire() {
    Sent message = api.submit(Sent.to("NZ", "in-time"));
    Sent late = Sent.to("NZ", "expires-after-it");
    channel.always(late, Reply.status(503));
    api.submit(late);
    api.awaitEvent(late, "expired");
    assertThat(api.events(message)).containsExactly("submitted", "posted", "confirmed", "accepted");
  }
}
