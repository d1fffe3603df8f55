package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
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
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a post can come to, each with the journal it writes. */
@Execution(ExecutionMode.CONCURRENT)
class OutcomesIT {
  private static final List<String> SENT = List.of("posted", "confirmed", "accepted");
  private static final List<String> TRIED_AGAIN =
      List.of("unknown", "possible_duplicate", "retry_scheduled");

  private static final int[] REFUSALS = {400, 409, 413, 415, 422, 451};
  private static final int[] ABOUT_THE_WAY = {
    402, 404, 405, 406, 407, 410, 411, 421, 423, 424, 426, 499
  };
  private static final int[] NOT_NOW = {401, 403, 408, 425, 429, 503, 307};
  private static final int[] WITH_RETRY_AFTER = {429, 503};

  private static final Map<String, Sent> AHEAD = new HashMap<>();
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final TestChannel FIRST = new TestChannel();
  private static final TestChannel SECOND = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("outcomes")
          .with(FIRST, SECOND)
          .channels(
              """
              defaults:
                timeout: 2s
                retry: { attempts: 3, first-delay: 100ms, factor: 1, max-delay: 200ms }
                circuit: off
                poll: { first-after: 100ms, every: 500ms }
              channels:
                - id: sg-first
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: sg-second
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: nz-hold
                  match: { receiver: NZ }
                  on-unknown: hold
                  kind: http
                  parameters: { url: "%1$s" }
                - id: nz-second
                  match: { receiver: NZ }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: gb-down
                  match: { receiver: GB }
                  kind: http
                  parameters: { url: "http://127.0.0.1:%3$d" }
                - id: gb-second
                  match: { receiver: GB }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: fj-screens
                  match: { receiver: FJ }
                  screen: { deny: [ { predicate: UN.CEFACT.Secret.* } ] }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: fj-second
                  match: { receiver: FJ }
                  screen: { deny: [ { predicate: UN.CEFACT.Secret.Most } ] }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: jp-certificates
                  match: { receiver: JP, predicate: UN.CEFACT.* }
                  kind: http
                  parameters: { url: "%1$s" }
                - id: my-no-such-host
                  match: { receiver: MY }
                  kind: http
                  parameters: { url: "http://no-such-host.invalid" }
                - id: my-second
                  match: { receiver: MY }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: th-no-tls
                  match: { receiver: TH }
                  kind: http
                  parameters: { url: "https://127.0.0.1:%4$d" }
                - id: th-second
                  match: { receiver: TH }
                  kind: http
                  parameters: { url: "%2$s" }
                - id: fr-only
                  match: { receiver: FR }
                  kind: http
                  parameters: { url: "%1$s" }
              """
                  .formatted(FIRST.url(), SECOND.url(), Ports.free(), FIRST.port()));

  private static final Api API = GATEWAY.api();

  @BeforeAll
  static void start() {
    for (int status : REFUSALS) {
      sendAhead("refused-" + status, Reply.status(status));
    }
    for (int status : ABOUT_THE_WAY) {
      sendAhead("on-the-way-" + status, Reply.status(status));
    }
    for (int status : NOT_NOW) {
      sendAhead("unavailable-" + status, Reply.status(status));
    }
    for (int status : WITH_RETRY_AFTER) {
      sendAhead("retry-after-" + status, Reply.status(status, "Retry-After", "2"));
    }
    unknownOutcomes()
        .map(Arguments::get)
        .forEach(reply -> sendAhead("unknown-" + reply[0], (Reply) reply[1]));
  }

  /** What the tests of many values then look at, one by one: they are sent in the same seconds. */
  private static void sendAhead(String name, Reply reply) {
    Sent message = Sent.to("SG", name);
    FIRST.on(message, reply);
    AHEAD.put(name, API.submit(message));
  }

  private static List<String> story(List<?>... parts) {
    List<String> story = new ArrayList<>(List.of("submitted"));
    for (List<?> part : parts) {
      part.forEach(word -> story.add((String) word));
    }
    return story;
  }

  private static void assertAcceptedBy(String channel, Sent message, List<String> story) {
    API.awaitEvent(message, "accepted");
    assertThat(API.events(message)).isEqualTo(story);
    JsonNode now = API.message(message);
    assertThat(now.path("status").asText()).isEqualTo("accepted");
    assertThat(now.path("channel_id").asText()).isEqualTo(channel);
  }

  private static void assertRejected(Sent message, String reason, List<String> story) {
    API.awaitEvent(message, "rejected");
    API.awaitStatus(message, "rejected");
    assertThat(API.events(message)).isEqualTo(story);
    assertThat(API.message(message).path("reason").asText()).isEqualTo(reason);
    assertThat(API.delivery(message)).isEqualTo("rejected");
  }

  private static void assertHeld(Sent message, List<String> story) {
    API.awaitDelivery(message, "held");
    assertThat(API.events(message)).isEqualTo(story);
    assertThat(API.status(message)).as("nobody knows, so the lake says").isEqualTo("pending");
  }

  // --- refused ---

  @ParameterizedTest
  @FieldSource("REFUSALS")
  void a_message_refused_by_the_first_channel_goes_to_the_second_at_once(int status) {
    Sent message = AHEAD.get("refused-" + status);
    assertAcceptedBy("sg-second", message, story(List.of("refused", "failed_over"), SENT));
    assertThat(FIRST.posts(message)).hasSize(1);
    assertThat(SECOND.keys(message)).containsExactly(message.reference());
    JsonNode refused = API.event(message, "refused");
    assertThat(refused.path("channel_id").asText()).isEqualTo("sg-first");
    assertThat(refused.path("detail").asText()).contains(String.valueOf(status));
  }

  @ParameterizedTest
  @FieldSource("ABOUT_THE_WAY")
  void an_answer_about_the_way_and_not_about_the_message_only_delays_it(int status) {
    Sent message = AHEAD.get("on-the-way-" + status);
    assertAcceptedBy("sg-first", message, story(List.of("unavailable", "retry_scheduled"), SENT));
    assertThat(SECOND.posts(message)).isEmpty();
  }

  @Test
  void a_message_refused_by_every_channel_is_rejected_in_lake_and_journal() {
    Sent message = Sent.to("SG", "refused-by-all");
    FIRST.on(message, Reply.status(400));
    SECOND.on(message, Reply.status(422));
    API.submit(message);
    assertRejected(
        message, "refused", story(List.of("refused", "failed_over", "refused", "rejected")));
    assertThat(FIRST.posts(message)).hasSize(1);
    assertThat(SECOND.posts(message)).hasSize(1);
  }

  @Test
  void a_message_refused_by_its_only_channel_is_rejected() {
    Sent message = Sent.to("FR", "refused-by-the-only");
    FIRST.on(message, Reply.status(400));
    API.submit(message);
    assertRejected(message, "refused", story(List.of("refused", "rejected")));
  }

  // --- screened, no route ---

  @Test
  void a_screened_message_goes_to_the_next_channel_and_the_journal_says_why() {
    Sent message = Sent.to("FJ", "screened").predicate("UN.CEFACT.Secret.Little");
    API.submit(message);
    assertAcceptedBy("fj-second", message, story(List.of("screened"), SENT));
    assertThat(FIRST.posts(message)).isEmpty();
    assertThat(API.event(message, "screened").path("channel_id").asText()).isEqualTo("fj-screens");
  }

  @Test
  void a_message_screened_by_every_channel_is_rejected_as_refused() {
    Sent message = Sent.to("FJ", "screened-by-all").predicate("UN.CEFACT.Secret.Most");
    API.submit(message);
    assertRejected(message, "refused", story(List.of("screened", "screened", "rejected")));
    assertThat(FIRST.posts(message)).isEmpty();
    assertThat(SECOND.posts(message)).isEmpty();
  }

  @Test
  void a_message_that_is_refused_and_then_screened_is_rejected() {
    Sent message = Sent.to("FJ", "refused-then-screened");
    FIRST.on(message, Reply.status(400));
    SECOND.on(message, Reply.status(400));
    API.submit(message);
    assertRejected(
        message, "refused", story(List.of("refused", "failed_over", "refused", "rejected")));
  }

  @Test
  void a_message_for_which_no_channel_exists_is_rejected_with_reason_no_route() {
    Sent message = API.submit(Sent.to("BR", "no-route"));
    assertRejected(message, "no_route", story(List.of("no_route", "rejected")));
  }

  @Test
  void the_predicate_in_the_routing_table_is_matched() {
    Sent taken = API.submit(Sent.to("JP", "predicate-matches"));
    Sent prefixOnly =
        API.submit(Sent.to("JP", "predicate-is-no-dotted-prefix").predicate("UN.CEFACTory.X"));
    assertAcceptedBy("jp-certificates", taken, story(SENT));
    assertRejected(prefixOnly, "no_route", story(List.of("no_route", "rejected")));
    assertThat(FIRST.posts(prefixOnly)).isEmpty();
  }

  // --- unavailable ---

  @ParameterizedTest
  @FieldSource("NOT_NOW")
  void a_message_that_the_channel_cannot_take_now_goes_to_the_same_channel_again(int status) {
    Sent message = AHEAD.get("unavailable-" + status);
    assertAcceptedBy("sg-first", message, story(List.of("unavailable", "retry_scheduled"), SENT));
    assertThat(FIRST.keys(message)).containsExactly(message.reference(), message.reference());
    assertThat(SECOND.posts(message)).isEmpty();
  }

  @ParameterizedTest
  @FieldSource("WITH_RETRY_AFTER")
  void retry_after_is_honoured(int status) {
    Sent message = AHEAD.get("retry-after-" + status);
    assertAcceptedBy("sg-first", message, story(List.of("unavailable", "retry_scheduled"), SENT));
    List<TestChannel.Post> posts = FIRST.posts(message);
    assertThat(Duration.between(posts.get(0).at(), posts.get(1).at()))
        .isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(15));
  }

  @Test
  void after_its_attempts_an_unavailable_channel_is_left_for_the_next_one() {
    Sent message = Sent.to("SG", "unavailable-for-long");
    FIRST.always(message, Reply.status(503));
    API.submit(message);
    assertAcceptedBy(
        "sg-second",
        message,
        story(
            List.of("unavailable", "retry_scheduled", "unavailable", "retry_scheduled"),
            List.of("unavailable", "failed_over"),
            SENT));
    assertThat(FIRST.posts(message)).hasSize(3);
    assertThat(SECOND.keys(message)).containsExactly(message.reference());
  }

  private static Stream<Arguments> notConnected() {
    return Stream.of(
        Arguments.of("connection refused", "GB", "gb-second"),
        Arguments.of("host unknown", "MY", "my-second"),
        Arguments.of("no TLS handshake", "TH", "th-second"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("notConnected")
  void what_cannot_be_connected_to_is_unavailable_and_after_its_attempts_the_next_is_tried(
      String what, String receiver, String next) {
    Sent message = API.submit(Sent.to(receiver, "not-connected-" + receiver));
    assertAcceptedBy(
        next,
        message,
        story(
            List.of("unavailable", "retry_scheduled", "unavailable", "retry_scheduled"),
            List.of("unavailable", "failed_over"),
            SENT));
    assertThat(FIRST.posts(message)).isEmpty();
  }

  @Test
  void nothing_is_rejected_because_its_only_channel_is_unavailable() {
    Sent message = Sent.to("FR", "unavailable-ten-times");
    Reply no = Reply.status(503);
    FIRST.on(message, no, no, no, no, no, no, no, no, no, no);
    API.submit(message);
    API.awaitStatus(message, "accepted");
    assertThat(FIRST.posts(message)).hasSize(11);
    assertThat(API.events(message)).doesNotContain("rejected", "held", "unknown");
  }

  @Test
  void a_message_that_found_both_channels_unavailable_comes_back_to_the_first() {
    Sent message = Sent.to("SG", "both-unavailable");
    Reply no = Reply.status(503);
    FIRST.on(message, no, no, no);
    SECOND.on(message, no, no, no);
    API.submit(message);
    API.awaitStatus(message, "accepted");
    assertThat(FIRST.posts(message)).hasSize(4);
    assertThat(SECOND.posts(message)).hasSize(3);
    assertThat(API.events(message)).doesNotContain("rejected", "refused");
  }

  // --- unknown ---

  private static Stream<Arguments> unknownOutcomes() {
    return Stream.of(
        Arguments.of("500", Reply.status(500)),
        Arguments.of("500-but-stored", Reply.store(500, "oops")),
        Arguments.of("502", Reply.status(502)),
        Arguments.of("504", Reply.status(504)),
        Arguments.of("reset", Reply.reset()),
        Arguments.of("reply-lost", Reply.storeThenReset()),
        Arguments.of("timeout", Reply.silence()),
        Arguments.of("timeout-but-stored", Reply.storeThenSilence()),
        Arguments.of("too-late", Reply.after(Duration.ofSeconds(4), Reply.accept())),
        Arguments.of("201-without-id", Reply.store(201, "{}")),
        Arguments.of("201-empty", Reply.store(201, "")),
        Arguments.of("201-id-null", Reply.store(201, "{\"id\": null}")),
        Arguments.of("201-id-object", Reply.store(201, "{\"id\": {\"a\": 1}}")),
        Arguments.of("201-not-json", Reply.store(201, "<html>Created</html>")),
        Arguments.of("201-cut-off-json", Reply.store(201, "{\"id\": 1")),
        Arguments.of("200-not-json", Reply.store(200, "ok")),
        Arguments.of("204", Reply.store(204, "")),
        Arguments.of("endless", Reply.endless()),
        Arguments.of("302", Reply.status(302, "Location", SECOND.url() + "/messages")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unknownOutcomes")
  void an_unknown_outcome_is_tried_again_at_the_same_channel_with_the_same_key(String name) {
    Sent message = AHEAD.get("unknown-" + name);
    assertAcceptedBy("sg-first", message, story(TRIED_AGAIN, SENT));
    assertThat(FIRST.keys(message)).containsExactly(message.reference(), message.reference());
    assertThat(FIRST.duplicates()).doesNotContain(message.subject());
    assertThat(SECOND.posts(message)).isEmpty();
    assertThat(API.event(message, "possible_duplicate").path("detail").asText())
        .contains(message.reference());
  }

  @Test
  void a_redirect_is_not_followed() {
    Sent message = Sent.to("SG", "redirected");
    FIRST.on(message, Reply.status(307, "Location", SECOND.url() + "/messages"));
    API.submit(message);
    API.awaitStatus(message, "accepted");
    assertThat(FIRST.posts(message)).hasSize(2);
    assertThat(SECOND.posts(message)).isEmpty();
  }

  @Test
  void a_message_whose_outcome_stays_unknown_is_held_for_an_operator_and_never_moved() {
    Sent message = Sent.to("SG", "unknown-for-ever");
    FIRST.always(message, Reply.status(500));
    API.submit(message);
    assertHeld(message, story(TRIED_AGAIN, TRIED_AGAIN, List.of("unknown", "held")));
    assertThat(FIRST.keys(message)).hasSize(3).containsOnly(message.reference());
    assertThat(SECOND.posts(message)).isEmpty();
  }

  @Test
  void a_channel_that_must_not_see_a_message_twice_holds_it_at_the_first_unknown_outcome() {
    Sent message = Sent.to("NZ", "unknown-hold");
    FIRST.on(message, Reply.storeThenReset());
    API.submit(message);
    assertHeld(message, story(List.of("unknown", "held")));
    assertThat(FIRST.posts(message)).hasSize(1);
    assertThat(SECOND.posts(message)).isEmpty();
  }

  @Test
  void a_channel_that_must_not_see_a_message_twice_still_retries_what_certainly_did_not_arrive() {
    Sent message = Sent.to("NZ", "unavailable-hold");
    FIRST.on(message, Reply.status(503));
    API.submit(message);
    assertAcceptedBy("nz-hold", message, story(List.of("unavailable", "retry_scheduled"), SENT));
  }

  @Test
  void while_the_first_outcome_is_unknown_an_unavailable_channel_is_not_left_for_another() {
    Sent message = Sent.to("SG", "unknown-then-unavailable");
    Reply no = Reply.status(503);
    FIRST.on(message, Reply.storeThenReset(), no, no, no, no, no);
    API.submit(message);
    API.awaitStatus(message, "accepted");
    assertThat(FIRST.keys(message)).hasSize(7).containsOnly(message.reference());
    assertThat(SECOND.posts(message)).isEmpty();
    assertThat(API.events(message)).doesNotContain("failed_over", "rejected", "held");
  }

  @Test
  void a_refusal_after_an_unknown_outcome_is_for_an_operator_whatever_its_status() {
    for (int status : List.of(400, 409, 422)) {
      Sent message = Sent.to("SG", "refused-after-unknown-" + status);
      FIRST.on(message, Reply.storeThenReset(), Reply.status(status));
      API.submit(message);
      assertHeld(message, story(TRIED_AGAIN, List.of("refused", "held")));
      assertThat(SECOND.posts(message)).isEmpty();
    }
  }

  // --- an operator ---

  @Test
  void a_held_message_that_is_replayed_goes_to_the_same_channel_with_the_same_key() {
    Sent message = Sent.to("NZ", "held-and-replayed");
    FIRST.on(message, Reply.storeThenReset());
    API.submit(message);
    API.awaitDelivery(message, "held");
    assertThat(replay(message)).isEqualTo(202);
    assertAcceptedBy(
        "nz-hold",
        message,
        story(List.of("unknown", "held", "replayed", "possible_duplicate"), SENT));
    assertThat(FIRST.keys(message)).containsExactly(message.reference(), message.reference());
    assertThat(FIRST.duplicates()).doesNotContain(message.subject());
    assertThat(replay(message)).as("nothing to replay now").isEqualTo(409);
  }

  @Test
  void a_rejected_message_that_is_replayed_is_routed_anew_with_a_new_key() {
    Sent message = Sent.to("FR", "rejected-and-replayed");
    FIRST.on(message, Reply.status(400));
    API.submit(message);
    API.awaitStatus(message, "rejected");
    assertThat(replay(message)).isEqualTo(202);
    assertAcceptedBy("fr-only", message, story(List.of("refused", "rejected", "replayed"), SENT));
    assertThat(FIRST.keys(message))
        .containsExactly(message.reference(), message.reference() + "#2");
  }

  private static int replay(Sent message) {
    String path = "/messages/" + message.reference() + "/replay";
    return API.call("POST", path, null, null).status();
  }

  @Test
  void a_paused_lane_keeps_its_messages_and_sends_them_when_it_is_resumed() {
    assertThat(API.call("POST", "/channels/jp-certificates/pause", null, null).status())
        .isLessThan(300);
    Sent message = API.submit(Sent.to("JP", "while-paused"));
    Sent other = API.submit(Sent.to("SG", "beside-a-paused-lane"));
    API.awaitStatus(other, "accepted");
    assertThat(FIRST.posts(message)).isEmpty();
    assertThat(API.call("POST", "/channels/jp-certificates/resume", null, null).status())
        .isLessThan(300);
    assertAcceptedBy("jp-certificates", message, story(SENT));
  }

  @Test
  void no_channel_is_ever_sent_anything_but_the_five_fields() {
    Sent message = API.submit(Sent.to("SG", "five-fields"));
    await().until(() -> !FIRST.posts(message).isEmpty());
    assertThat(FIRST.complaints()).isEmpty();
    assertThat(SECOND.complaints()).isEmpty();
    assertThat(FIRST.posts(message).get(0).headers())
        .containsEntry("idempotency-key", message.reference())
        .doesNotContainKeys("sender", "receiver", "subject", "predicate", "channeltxnid");
  }
}
