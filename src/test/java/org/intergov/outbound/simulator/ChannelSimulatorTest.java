package org.intergov.outbound.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.intergov.outbound.simulator.ChannelCaller.json;
import static org.intergov.outbound.simulator.ChannelCaller.message;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The Channel API as it should be: no faults. */
class ChannelSimulatorTest {
  private final TickingClock clock = new TickingClock();
  private final ChannelSimulator channel =
      ChannelSimulator.start(
          Options.defaults().clock(clock).confirmAfter(Duration.ofSeconds(2)).keepPosts(2));
  private final ChannelCaller caller = new ChannelCaller(channel);

  @AfterEach
  void close() {
    channel.close();
  }

  @Test
  void a_message_is_received_then_confirmed() throws IOException {
    String id = caller.postedId("AU:1", "a");

    assertThat(caller.status(id)).isEqualTo("received");
    clock.advance(Duration.ofSeconds(2));
    assertThat(caller.status(id)).isEqualTo("confirmed");
    assertThat(channel.stats().confirmed()).isEqualTo(1);
    assertThat(channel.stats().statusChecks()).isEqualTo(2);
  }

  @Test
  void the_whole_message_is_given_unless_fields_are_named() throws IOException {
    String id = caller.postedId("AU:1", "a");

    JsonNode whole = json(caller.get("/messages/" + id));
    assertThat(whole.path("id").textValue()).isEqualTo(id);
    assertThat(whole.path("subject").textValue()).isEqualTo("a");
    assertThat(whole.path("status").textValue()).isEqualTo("received");
    assertThat(caller.get("/messages/" + id + "?fields=status").body())
        .isEqualTo("{\"status\":\"received\"}");
    assertThat(json(caller.get("/messages/" + id + "?fields=status,obj"))).hasSize(2);
  }

  @Test
  void an_unknown_id_or_path_is_not_found() throws IOException {
    assertThat(caller.get("/messages/42").statusCode()).isEqualTo(404);
    assertThat(caller.get("/elsewhere").statusCode()).isEqualTo(404);
  }

  @Test
  void subscriptions_are_not_implemented() throws IOException {
    assertThat(caller.get("/messages/subscriptions/by_id").statusCode()).isEqualTo(501);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"s\",\"obj\":\"o\"}",
        "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"s\",\"obj\":\"o\",\"predicate\":1}",
        "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"s\",\"obj\":\"o\",\"predicate\":\" \"}",
        "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"s\",\"obj\":\"o\",\"predicate\":\"p\","
            + "\"sender_ref\":\"1\"}",
      })
  void anything_but_exactly_the_five_fields_is_refused(String body) throws IOException {
    HttpResponse<String> response = caller.post("AU:1", body);

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(json(response).path("error").textValue()).isNotBlank();
    assertThat(channel.stats().refused()).isEqualTo(1);
    assertThat(channel.stats().messages()).isZero();
  }

  @Test
  void a_body_over_64_kb_is_too_large() throws IOException {
    assertThat(caller.post("AU:1", message("x".repeat(64 * 1024))).statusCode()).isEqualTo(413);
    assertThat(caller.post("AU:1", message("x".repeat(63 * 1024))).statusCode()).isEqualTo(201);
  }

  @Test
  void the_same_key_gives_the_same_id_and_no_second_delivery() throws IOException {
    String id = caller.postedId("AU:1", "a");

    assertThat(caller.postedId("AU:1", "a")).isEqualTo(id);
    assertThat(caller.postedId("AU:1#2", "a")).isNotEqualTo(id);
    Stats stats = channel.stats();
    assertThat(stats.posts()).isEqualTo(3);
    assertThat(stats.distinctKeys()).isEqualTo(2);
    assertThat(stats.repeats()).isEqualTo(1);
    assertThat(stats.messages()).isEqualTo(2);
    assertThat(stats.duplicates()).isZero();
  }

  @Test
  void the_same_key_with_another_message_is_refused() throws IOException {
    caller.postedId("AU:1", "a");

    assertThat(caller.post("AU:1", message("b")).statusCode()).isEqualTo(422);
    assertThat(channel.stats().messages()).isEqualTo(1);
  }

  @Test
  void without_keys_the_same_content_twice_is_a_duplicate() throws IOException {
    assertThat(caller.postedId(null, "a")).isNotEqualTo(caller.postedId(null, "a"));
    caller.postedId(null, "b");

    assertThat(channel.stats().messages()).isEqualTo(3);
    assertThat(channel.stats().duplicates()).isEqualTo(1);
  }

  @Test
  void the_latest_posts_are_kept_as_they_came() throws IOException {
    caller.postedId("AU:1", "a");
    caller.postedId("AU:2", "b");
    caller.postedId("AU:2", "b");

    assertThat(channel.received()).hasSize(2);
    Post last = channel.received().get(1);
    assertThat(last.key()).isEqualTo("AU:2");
    assertThat(last.body()).isEqualTo(message("b"));
    assertThat(last.message().subject()).isEqualTo("b");
    assertThat(last.attempt()).isEqualTo(2);
    assertThat(last.at()).isEqualTo(clock.instant());
    assertThat(last.headers()).containsEntry("idempotency-key", "AU:2");
  }

  @Test
  void statistics_are_served_as_json() throws IOException {
    caller.postedId("AU:1", "a");

    assertThat(caller.get("/stats").body())
        .isEqualTo(
            "{\"posts\":1,\"distinct_keys\":1,\"repeats\":0,\"duplicates\":0,\"messages\":1,"
                + "\"refused\":0,\"unavailable\":0,\"server_errors\":0,\"lost_replies\":0,"
                + "\"status_checks\":0,\"confirmed\":0,\"undeliverable\":0,\"revoked\":0}");
  }

  @Test
  void a_port_that_is_taken_is_named() {
    assertThatThrownBy(() -> ChannelSimulator.start(Options.defaults().port(channel.port())))
        .isInstanceOf(UncheckedIOException.class)
        .hasMessageContaining("cannot listen on 127.0.0.1:" + channel.port());
  }
}
