package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Channels that tell of changes: that call back, or list all of them at once. */
@Execution(ExecutionMode.SAME_THREAD)
class CallbacksIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final StatusReply RECEIVED = StatusReply.says("received");
  private static final StatusReply CONFIRMED = StatusReply.says("confirmed");
  private static final TestHub HUB = new TestHub();
  private static final TestChannel CHANNEL = new TestChannel().subscriptions(HUB);
  private static final TestChannel DEAF =
      new TestChannel().subscriptions(r -> r.response().setStatusCode(500).end());
  private static final TestChannel BATCH = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("callbacks")
          .with(CHANNEL, DEAF, BATCH)
          .told(
              gateway ->
                  gateway.channels(
                      """
                      channels:
                        - id: sg-hub
                          match: { receiver: SG }
                          poll: { first-after: 1h, every: 1h }
                          kind: http
                          parameters: { url: "%s", websub: { callback-url: "%s/" , lease: 2h } }
                        - id: nz-deaf
                          match: { receiver: NZ }
                          poll: { first-after: 100ms, every: 500ms }
                          kind: http
                          parameters: { url: "%s", websub: { callback-url: "%s" } }
                        - id: fj-batch
                          match: { receiver: FJ }
                          poll: { first-after: 100ms, every: 300ms, give-up-after: 3s }
                          kind: http
                          parameters: { url: "%s", status-batch: updated-since }
                      """
                          .formatted(
                              CHANNEL.url(),
                              gateway.api().base(),
                              DEAF.url(),
                              gateway.api().base(),
                              BATCH.url())));

  private static final Api API = GATEWAY.api();

  private static String subscribed(Sent message) {
    await("a subscription to " + message.reference())
        .until(
            () -> CHANNEL.id(message) != null && !HUB.subscriptions(CHANNEL.id(message)).isEmpty());
    return CHANNEL.id(message);
  }

  @Test
  void a_callback_makes_the_poller_ask_long_before_it_would_have() {
    Sent message = API.submit(Sent.to("SG", "called-back"));
    CHANNEL.says(message, RECEIVED, CONFIRMED);
    String id = subscribed(message);

    assertThat(HUB.subscriptions(id).get(0))
        .containsEntry("hub.mode", "subscribe")
        .containsEntry("hub.lease_seconds", "7200")
        .containsEntry("type", "application/x-www-form-urlencoded")
        .containsEntry("method", "POST")
        .doesNotContainKey("hub.secret");
    assertThat(HUB.subscriptions(id).get(0).get("hub.callback"))
        .startsWith(API.base() + "/callbacks/sg-hub/");
    assertThat(HUB.verifications().get(0).headers().map())
        .containsEntry("content-type", java.util.List.of("text/plain; charset=utf-8"))
        .containsEntry("x-content-type-options", java.util.List.of("nosniff"));

    assertThat(HUB.tell(id)).isEqualTo(204);
    await("the first question").until(() -> CHANNEL.checks(message).size() == 1);
    assertThat(API.status(message)).isEqualTo("pending");
    assertThat(HUB.tell(id)).isEqualTo(204);
    API.awaitStatus(message, "accepted");
    assertThat(CHANNEL.checks(message)).hasSize(2);
    assertThat(API.events(message)).containsExactly("submitted", "posted", "confirmed", "accepted");
  }

  @Test
  void every_subscription_of_many_messages_is_taken_by_a_hub_that_verifies_at_once() {
    List<Sent> messages = Sent.many("SG", "many", 300);
    int before = HUB.verifications().size();
    API.submit(messages);
    await("300 subscriptions")
        .until(
            () ->
                messages.stream()
                    .map(CHANNEL::id)
                    .allMatch(id -> id != null && !HUB.subscriptions(id).isEmpty()));
    assertThat(HUB.verifications().stream().skip(before))
        .allSatisfy(answer -> assertThat(answer.statusCode()).isEqualTo(200));
    assertThat(GATEWAY.process().log()).doesNotContain("channel sg-hub: takes");
  }

  @Test
  void verifications_of_more_replicas_than_one_wait_for_each_other() {
    Sent message = API.submit(Sent.to("SG", "at-once"));
    String id = subscribed(message);
    String callback = HUB.subscriptions(id).get(0).get("hub.callback");
    List<CompletableFuture<Integer>> answers =
        IntStream.range(0, 200).mapToObj(i -> HUB.verify(callback, id)).toList();
    assertThat(answers).allSatisfy(a -> assertThat(a.get(1, TimeUnit.MINUTES)).isEqualTo(200));
  }

  @Test
  @Tag("thorough")
  void a_subscription_outlives_a_kill_and_is_renewed() throws SQLException {
    Sent message = API.submit(Sent.to("SG", "outlives"));
    String id = subscribed(message);
    GATEWAY.process().kill9();
    GATEWAY.process().start();
    POSTGRES.execute("callbacks", "UPDATE intergov.channel_subscription SET due_at = now()");
    await("a renewal").until(() -> HUB.subscriptions(id).size() == 2);
    assertThat(HUB.subscriptions(id).get(1)).isEqualTo(HUB.subscriptions(id).get(0));
    assertThat(HUB.tell(id)).isEqualTo(204);
    API.awaitStatus(message, "accepted");
  }

  @Test
  void what_is_no_callback_of_ours_is_not_found_and_does_nothing() {
    Sent message = API.submit(Sent.to("SG", "not-ours"));
    String id = subscribed(message);
    String callback = HUB.subscriptions(id).get(0).get("hub.callback");
    String path = callback.substring(API.base().length());

    assertThat(HUB.post(API.base() + "/callbacks/sg-hub/" + UUID.randomUUID(), "{}"))
        .isEqualTo(404);
    assertThat(HUB.post(callback.replace("sg-hub", "nz-deaf"), "{}")).isEqualTo(404);
    assertThat(HUB.post(API.base() + "/callbacks/sg-hub/not-a-uuid", "{}")).isEqualTo(404);
    for (String query :
        new String[] {
          "",
          "?hub.mode=unsubscribe&hub.topic=" + id + "&hub.challenge=x",
          "?hub.mode=subscribe&hub.topic=other&hub.challenge=x",
          "?hub.mode=subscribe&hub.topic=" + id,
          "?hub.mode=subscribe&hub.topic=" + id + "&hub.challenge=" + "x".repeat(1_025)
        }) {
      assertThat(API.get(path + query).status()).as(query).isEqualTo(404);
    }
    assertThat(CHANNEL.checks(message)).isEmpty();
    assertThat(API.status(message)).isEqualTo("pending");
  }

  @Test
  void a_channel_that_takes_no_subscription_is_polled_as_ever() {
    List<Sent> messages = Sent.many("NZ", "deaf", 4);
    API.submit(messages);
    API.awaitStatus(messages, "accepted");

    assertThat(API.events(messages.get(0)))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    String line = "channel nz-deaf: takes no subscription";
    await("a line in the log").until(() -> GATEWAY.process().log().contains(line));
    assertThat(GATEWAY.process().log().split(line, -1)).as("said once").hasSize(2);
    assertThat(Map.of("complaints", CHANNEL.complaints()))
        .containsEntry("complaints", java.util.List.of());
  }

  @Test
  void a_channel_that_lists_changes_is_asked_once_for_all_and_page_by_page() {
    List<Sent> listed = Sent.many("FJ", "listed", 5);
    Sent missing = Sent.to("FJ", "never-listed");
    Collection<String> queries = new ConcurrentLinkedQueue<>();
    BATCH.listing(
        request -> {
          queries.add(request.query());
          boolean first = !request.query().contains("page=2");
          String page =
              listed.stream()
                  .skip(first ? 0 : 2)
                  .limit(first ? 2 : 3)
                  .map(BATCH::id)
                  .filter(Objects::nonNull)
                  .map(id -> "{\"id\": " + id + ", \"status\": \"confirmed\"}")
                  .collect(Collectors.joining(",", "[", "]"));
          if (first) {
            String next = BATCH.url() + "/messages?" + request.query() + "&page=2";
            request.response().putHeader("Link", "<" + next + ">; rel=\"next\"");
          }
          request.response().end(page);
        });
    API.submit(listed);
    API.submit(missing);
    API.awaitStatus(listed, "accepted");
    API.awaitStatus(missing, "accepted");

    assertThat(queries)
        .allMatch(
            q -> q.matches("updated_since=20[0-9T:-]+Z&fields=id,status(&page=2)?"), "as agreed")
        .anyMatch(q -> q.endsWith("page=2"));
    assertThat(listed).allMatch(m -> BATCH.checks(m).isEmpty());
    assertThat(BATCH.checks(missing)).as("asked about by itself in the end").isNotEmpty();
    assertThat(API.events(missing)).containsExactly("submitted", "posted", "confirmed", "accepted");
  }
}
