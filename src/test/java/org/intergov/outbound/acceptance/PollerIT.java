package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What channels say of deliveries they have taken. */
@Execution(ExecutionMode.CONCURRENT)
class PollerIT {
  private static final StatusReply RECEIVED = StatusReply.says("received");
  private static final StatusReply CONFIRMED = StatusReply.says("confirmed");
  private static final StatusReply REVOKED = StatusReply.says("revoked");
  private static final StatusReply UNDELIVERABLE = StatusReply.says("undeliverable");

  private static final Map<String, Sent> AHEAD = new HashMap<>();
  private static final TestChannel FIRST = new TestChannel();
  private static final TestChannel SECOND = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("poller")
          .with(FIRST, SECOND)
          .channels(
              """
              defaults:
                retry: { attempts: 3, first-delay: 100ms, factor: 1, max-delay: 200ms }
                poll: { first-after: 100ms, every: 500ms, finality: 1h }
              channels:
                - id: sg-first
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: sg-second
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: nz-final
                  match: { receiver: NZ }
                  poll: { first-after: 100ms, every: 500ms, finality: 2s }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: fj-rejects
                  match: { receiver: FJ }
                  on-revoked: reject
                  kind: http
                  parameters: { url: "%1$s" }
                - id: gb-eager
                  match: { receiver: GB }
                  poll: { first-after: 0s, every: 100ms, finality: 1h }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: fr-gives-up
                  match: { receiver: FR }
                  poll: { first-after: 100ms, every: 500ms, give-up-after: 2s }
                  kind: http
                  parameters: { url: "%1$s" }
              """
                  .formatted(FIRST.url(), SECOND.url()));

  private static final Api API = GATEWAY.api();

  @BeforeAll
  static void start() {
    noStatuses().forEach(PollerIT::sendAhead);
  }

  /** All of them are asked about in the same seconds; the tests then look at one each. */
  private static void sendAhead(Arguments noStatus) {
    String name = (String) noStatus.get()[0];
    StatusReply reply = (StatusReply) noStatus.get()[1];
    Sent message = Sent.to("SG", "no-status-" + name);
    FIRST.says(message, reply, reply, reply, reply, CONFIRMED);
    AHEAD.put(name, API.submit(message));
  }

  private static void awaitStory(Sent message, String... words) {
    API.awaitEvent(message, words[words.length - 1]);
    await(message.reference())
        .pollInterval(Duration.ofMillis(50))
        .until(() -> API.events(message).size() >= words.length);
    assertThat(API.events(message)).containsExactly(words);
  }

  private static void awaitChecks(Sent message, int atLeast) {
    await(message.reference() + " is asked about")
        .until(() -> FIRST.checks(message).size() >= atLeast);
  }

  @Test
  void a_message_that_the_channel_merely_has_is_asked_about_once_a_period_until_it_is_confirmed() {
    Sent message = Sent.to("SG", "received");
    FIRST.says(message, RECEIVED, RECEIVED, RECEIVED, CONFIRMED);
    API.submit(message);
    awaitChecks(message, 2);
    assertThat(API.status(message)).isEqualTo("pending");
    awaitStory(message, "submitted", "posted", "confirmed", "accepted");
    List<TestChannel.Check> checks = FIRST.checks(message);
    for (int i = 1; i < 4; i++) {
      assertThat(Duration.between(checks.get(i - 1).at(), checks.get(i).at()))
          .isGreaterThan(Duration.ofMillis(250));
    }
    assertThat(FIRST.posts(message)).hasSize(1);
  }

  @Test
  void a_confirmed_delivery_is_watched_and_then_final_and_asked_about_no_more() {
    Sent message = API.submit(Sent.to("NZ", "final"));
    awaitStory(message, "submitted", "posted", "confirmed", "accepted", "final");
    int checks = FIRST.checks(message).size();
    assertThat(checks).isGreaterThan(2);
    Sent other = API.submit(Sent.to("NZ", "final-later"));
    API.awaitEvent(other, "final");
    assertThat(FIRST.checks(message)).hasSize(checks);
    assertThat(API.status(message)).isEqualTo("accepted");
  }

  @Test
  void a_delivery_revoked_after_its_confirmation_is_sent_again_with_a_new_key() {
    Sent message = Sent.to("SG", "revoked-and-resent");
    FIRST.says(message, CONFIRMED, REVOKED, CONFIRMED);
    API.submit(message);
    awaitStory(
        message,
        "submitted",
        "posted",
        "confirmed",
        "accepted",
        "revoked",
        "retry_scheduled",
        "posted",
        "confirmed",
        "accepted");
    assertThat(FIRST.keys(message))
        .containsExactly(message.reference(), message.reference() + "#2");
    assertThat(SECOND.posts(message)).isEmpty();
    API.awaitStatus(message, "accepted");
  }

  @Test
  void a_delivery_revoked_before_it_was_confirmed_is_sent_again_too() {
    Sent message = Sent.to("SG", "revoked-early");
    FIRST.says(message, RECEIVED, REVOKED, CONFIRMED);
    API.submit(message);
    awaitStory(
        message,
        "submitted",
        "posted",
        "revoked",
        "retry_scheduled",
        "posted",
        "confirmed",
        "accepted");
    assertThat(FIRST.keys(message))
        .containsExactly(message.reference(), message.reference() + "#2");
  }

  @Test
  void while_a_revoked_delivery_is_sent_again_the_lake_says_pending() {
    Sent message = Sent.to("SG", "revoked-and-pending");
    FIRST.says(message, CONFIRMED, REVOKED, RECEIVED);
    API.submit(message);
    API.awaitEvent(message, "revoked");
    API.awaitStatus(message, "pending");
    await().until(() -> FIRST.posts(message).size() == 2);
    assertThat(API.status(message)).isEqualTo("pending");
  }

  @Test
  void a_delivery_revoked_at_a_channel_that_says_reject_is_rejected_though_it_was_accepted() {
    Sent message = Sent.to("FJ", "revoked-and-rejected");
    FIRST.says(message, CONFIRMED, REVOKED);
    API.submit(message);
    awaitStory(message, "submitted", "posted", "confirmed", "accepted", "revoked", "rejected");
    API.awaitStatus(message, "rejected");
    assertThat(API.message(message).path("reason").asText()).isEqualTo("revoked");
    assertThat(FIRST.posts(message)).hasSize(1);
  }

  @Test
  void an_undeliverable_message_goes_to_the_next_channel() {
    Sent message = Sent.to("SG", "undeliverable");
    FIRST.says(message, RECEIVED, UNDELIVERABLE);
    API.submit(message);
    awaitStory(
        message,
        "submitted",
        "posted",
        "undeliverable",
        "failed_over",
        "posted",
        "confirmed",
        "accepted");
    assertThat(API.message(message).path("channel_id").asText()).isEqualTo("sg-second");
    assertThat(FIRST.posts(message)).hasSize(1);
    assertThat(SECOND.posts(message)).hasSize(1);
  }

  @Test
  void a_message_undeliverable_by_every_channel_is_rejected_as_undeliverable() {
    Sent message = Sent.to("SG", "undeliverable-by-all");
    FIRST.says(message, UNDELIVERABLE);
    SECOND.says(message, UNDELIVERABLE);
    API.submit(message);
    awaitStory(
        message,
        "submitted",
        "posted",
        "undeliverable",
        "failed_over",
        "posted",
        "undeliverable",
        "rejected");
    API.awaitStatus(message, "rejected");
    assertThat(API.message(message).path("reason").asText()).isEqualTo("undeliverable");
  }

  private static Stream<Arguments> noStatuses() {
    return Stream.of(
        Arguments.of("unknown-word", StatusReply.says("delivered")),
        Arguments.of("two-words", StatusReply.says("con firmed")),
        Arguments.of("more", StatusReply.says("confirmed.")),
        Arguments.of("404", StatusReply.code(404)),
        Arguments.of("410", StatusReply.code(410)),
        Arguments.of("404-that-says-confirmed", new StatusReply(404, CONFIRMED.body())),
        Arguments.of("not-json", StatusReply.body("confirmed")),
        Arguments.of("cut-off", StatusReply.body("{\"status\": \"confirmed\"")),
        Arguments.of("array", StatusReply.body("[\"confirmed\"]")),
        Arguments.of("number", StatusReply.body("{\"status\": 2}")),
        Arguments.of("empty", StatusReply.body("")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("noStatuses")
  void an_answer_that_is_no_status_is_journaled_once_and_never_taken_for_one(String name) {
    Sent message = AHEAD.get(name);
    awaitStory(message, "submitted", "posted", "unknown", "confirmed", "accepted");
    assertThat(FIRST.checks(message)).as("confirmed by the fifth answer").hasSizeGreaterThan(4);
    assertThat(FIRST.posts(message)).hasSize(1);
  }

  @Test
  void the_words_of_a_status_count_in_any_case_and_without_outer_blanks() {
    Sent message = Sent.to("SG", "loud-status");
    FIRST.says(message, StatusReply.says(" Received"), StatusReply.says("CONFIRMED "));
    API.submit(message);
    awaitStory(message, "submitted", "posted", "confirmed", "accepted");
  }

  @Test
  void a_channel_that_cannot_answer_a_status_check_is_asked_again_without_a_word_in_the_journal() {
    Sent message = Sent.to("SG", "status-500");
    FIRST.says(message, StatusReply.code(500), StatusReply.code(503), CONFIRMED);
    API.submit(message);
    awaitStory(message, "submitted", "posted", "confirmed", "accepted");
  }

  @Test
  void a_channel_that_answers_slower_than_it_is_asked_is_believed_once() {
    List<Sent> messages = Sent.many("GB", "slow-status", 100);
    messages.forEach(
        m ->
            FIRST.says(
                m,
                RECEIVED.after(Duration.ofMillis(250)),
                CONFIRMED.after(Duration.ofMillis(250))));
    API.submit(messages);
    messages.forEach(m -> awaitStory(m, "submitted", "posted", "confirmed", "accepted"));
  }

  @Test
  void a_delivery_without_a_final_word_is_given_up_and_held() {
    Sent message = Sent.to("FR", "given-up");
    FIRST.says(message, RECEIVED);
    API.submit(message);
    awaitStory(message, "submitted", "posted", "gave_up", "held");
    assertThat(API.delivery(message)).isEqualTo("held");
    assertThat(API.status(message)).isEqualTo("pending");
    assertThat(FIRST.posts(message)).hasSize(1);
  }

  @Test
  void a_delivery_that_the_channel_does_not_know_is_given_up_too_and_never_sent_again() {
    Sent message = Sent.to("FR", "given-up-404");
    FIRST.says(message, StatusReply.code(404));
    API.submit(message);
    awaitStory(message, "submitted", "posted", "unknown", "gave_up", "held");
    assertThat(FIRST.posts(message)).hasSize(1);
  }
}
