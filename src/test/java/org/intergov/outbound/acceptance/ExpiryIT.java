package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * What becomes of messages that are not delivered in time. Each test has a channel of its own: the
 * answers that one gives may open the circuit, and what another submits meanwhile expires untried.
 */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class ExpiryIT {
  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("expiry")
          .with(CHANNEL)
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
                  .formatted(CHANNEL.url()));

  private static final Api API = GATEWAY.api();

  @BeforeAll
  static void start() {
    // the first post of a process takes long; no message is to expire before its own
    API.awaitStatus(API.submit(Sent.to("SG", "first")), "accepted");
  }

  @Test
  void a_message_that_certainly_was_not_delivered_in_time_is_rejected_as_expired() {
    Sent message = Sent.to("SG", "expired");
    CHANNEL.always(message, Reply.status(503));
    API.submit(message);
    API.awaitStatus(message, "rejected");
    API.awaitEvent(message, "rejected");
    assertThat(API.message(message).path("reason").asText()).isEqualTo("expired");
    assertThat(API.events(message)).startsWith("submitted", "unavailable", "retry_scheduled");
    assertThat(API.events(message)).endsWith("expired", "rejected");
  }

  @Test
  void a_message_that_may_have_been_delivered_is_held_when_it_expires() {
    Sent message = Sent.to("MY", "expired-unknown");
    CHANNEL.always(message, Reply.status(500));
    API.submit(message);
    API.awaitDelivery(message, "held");
    assertThat(API.events(message)).endsWith("expired", "held").doesNotContain("rejected");
    assertThat(API.status(message)).isEqualTo("pending");
  }

  @Test
  void a_message_that_is_delivered_in_time_does_not_expire() {
    Sent message = API.submit(Sent.to("NZ", "in-time"));
    Sent late = Sent.to("NZ", "expires-after-it");
    CHANNEL.always(late, Reply.status(503));
    API.submit(late);
    API.awaitEvent(late, "expired");
    assertThat(API.events(message)).containsExactly("submitted", "posted", "confirmed", "accepted");
  }
}
