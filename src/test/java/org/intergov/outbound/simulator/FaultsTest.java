package org.intergov.outbound.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.intergov.outbound.simulator.ChannelCaller.message;

import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every fault, by odds and by hand. */
class FaultsTest {
  private final TickingClock clock = new TickingClock();
  private final Options options = Options.defaults().clock(clock);
  private ChannelSimulator channel;
  private ChannelCaller caller;

  @AfterEach
  void close() {
    channel.close();
  }

  private void start(Options with) {
    channel = ChannelSimulator.start(with);
    caller = new ChannelCaller(channel);
  }

  @Test
  void a_refused_message_stays_refused_in_later_generations_too() throws IOException {
    start(options.refuse(0.5));

    int refused = 0;
    for (int i = 0; i < 100; i++) {
      int first = caller.post("AU:" + i, message("a")).statusCode();
      refused += first == 400 ? 1 : 0;
      assertThat(caller.post("AU:" + i, message("a")).statusCode()).isEqualTo(first);
      assertThat(caller.post("AU:" + i + "#2", message("a")).statusCode()).isEqualTo(first);
    }
    assertThat(refused).isBetween(30, 70);
    assertThat(channel.stats().refused()).isEqualTo(3L * refused);
  }

  @Test
  void unavailable_is_drawn_for_each_attempt() throws IOException {
    start(options.unavailable(0.5));

    List<Integer> answers = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      HttpResponse<String> response = caller.post("AU:1", message("a"));
      answers.add(response.statusCode());
      assertThat(response.headers().firstValue("Retry-After").isPresent())
          .isEqualTo(response.statusCode() == 503);
    }
    assertThat(answers).containsOnly(201, 503);
    assertThat(channel.stats().unavailable()).isBetween(30L, 70L);
    assertThat(channel.stats().messages()).isEqualTo(1);
  }

  @Test
  void one_seed_gives_the_same_fates() throws IOException {
    Options odds = options.refuse(0.2).unavailable(0.3).serverError(0.2);
    List<List<Integer>> runs = new ArrayList<>();
    for (long seed : new long[] {7, 7, 8}) {
      List<Integer> answers = new ArrayList<>();
      start(odds.seed(seed));
      for (int i = 0; i < 50; i++) {
        answers.add(caller.post("AU:" + i, message("a")).statusCode());
      }
      channel.close();
      runs.add(answers);
    }
    assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
  }

  @Test
  void a_lost_reply_is_a_message_stored() throws IOException {
    start(options.loseReply(1));

    assertThatThrownBy(() -> caller.post("AU:1", message("a"))).isInstanceOf(IOException.class);
    channel.fates(post -> Fate.DELIVER);
    assertThat(caller.postedId("AU:1", "a")).isNotNull();

    assertThat(channel.stats().messages()).isEqualTo(1);
    assertThat(channel.stats().lostReplies()).isPositive();
    assertThat(channel.stats().duplicates()).isZero();
  }

  @Test
  void a_channel_that_ignores_keys_delivers_twice() throws IOException {
    start(options.ignoreKeys(true));

    assertThat(caller.postedId("AU:1", "a")).isNotEqualTo(caller.postedId("AU:1", "a"));
    assertThat(channel.stats().duplicates()).isEqualTo(1);
    assertThat(channel.stats().distinctKeys()).isEqualTo(1);
    assertThat(channel.stats().repeats()).isZero();
  }

  @Test
  void undeliverable_and_revoked_show_in_the_status() throws IOException {
    start(options.confirmAfter(Duration.ofSeconds(2)).revokeAfter(Duration.ofSeconds(3)));
    channel.fates(post -> Fate.valueOf(post.message().subject()));
    String undeliverable = caller.postedId("AU:1", "UNDELIVERABLE");
    String revoked = caller.postedId("AU:2", "REVOKE");
    String never = caller.postedId("AU:3", "NEVER_CONFIRM");

    assertThat(caller.status(undeliverable)).isEqualTo("received");
    clock.advance(Duration.ofSeconds(2));
    assertThat(caller.status(undeliverable)).isEqualTo("undeliverable");
    assertThat(caller.status(revoked)).isEqualTo("confirmed");
    clock.advance(Duration.ofSeconds(3));
    assertThat(caller.status(revoked)).isEqualTo("revoked");
    assertThat(caller.status(never)).isEqualTo("received");
    assertThat(channel.stats().undeliverable()).isEqualTo(1);
    assertThat(channel.stats().revoked()).isEqualTo(1);
  }

  @Test
  void undeliverable_and_revoke_by_odds() throws IOException {
    start(options.undeliverable(0.5).revoke(0.5).revokeAfter(Duration.ZERO));
    for (int i = 0; i < 100; i++) {
      caller.postedId("AU:" + i, "a");
    }

    assertThat(channel.stats().undeliverable()).isBetween(30L, 70L);
    assertThat(channel.stats().revoked()).isEqualTo(100 - channel.stats().undeliverable());
  }

  @Test
  void a_status_can_be_set_by_hand() throws IOException {
    start(options);
    String id = caller.postedId("AU:1", "a");

    assertThat(channel.report(id, Status.REVOKED)).isTrue();
    assertThat(channel.report("no-such-id", Status.REVOKED)).isFalse();
    assertThat(caller.status(id)).isEqualTo("revoked");
  }

  @Test
  void a_server_error_and_an_answer_without_an_id() throws IOException {
    start(options.fates(post -> post.attempt() == 1 ? Fate.SERVER_ERROR : Fate.WITHOUT_ID));

    assertThat(caller.post("AU:1", message("a")).statusCode()).isEqualTo(500);
    assertThat(channel.stats().messages()).isZero();
    HttpResponse<String> second = caller.post("AU:1", message("a"));
    assertThat(second.statusCode()).isEqualTo(201);
    assertThat(second.body()).isEqualTo("{}");
    assertThat(channel.stats().messages()).isEqualTo(1);
    assertThat(channel.stats().serverErrors()).isEqualTo(1);
  }

  @Test
  void a_hanging_channel_stores_and_never_answers() {
    start(options.fates(post -> Fate.HANG));

    assertThatThrownBy(() -> caller.postFor(Duration.ofMillis(200), "AU:1", message("a")))
        .isInstanceOf(HttpTimeoutException.class);
    assertThat(channel.stats().messages()).isEqualTo(1);
    assertThat(channel.stats().lostReplies()).isEqualTo(1);
  }

  @Test
  void latency_delays_the_answer() throws IOException {
    start(options.latency(Duration.ofMillis(80)));

    long start = System.nanoTime();
    caller.postedId("AU:1", "a");
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(79_000_000);
  }

  @Test
  void a_channel_that_is_down_refuses_connections_and_forgets_nothing() throws IOException {
    start(options);
    String id = caller.postedId("AU:1", "a");
    String url = channel.url();

    channel.setDown(true);
    assertThatThrownBy(() -> caller.status(id)).isInstanceOf(ConnectException.class);
    channel.setDown(false);

    assertThat(channel.url()).isEqualTo(url);
    assertThat(caller.status(id)).isEqualTo("confirmed");
  }

  @Test
  void a_channel_comes_up_again_by_itself() throws IOException {
    start(options);

    await("it has been met while it was down").until(this::isMetWhileDown);
    await().ignoreExceptions().until(() -> caller.postedId("AU:1", "a") != null);
  }

  /** On a busy machine it may be up again before it is asked. */
  private boolean isMetWhileDown() throws IOException {
    channel.down(Duration.ofMillis(150));
    try {
      caller.post("AU:1", message("a"));
      return false;
    } catch (ConnectException e) {
      return true;
    }
  }

  @Test
  void odds_that_exclude_each_other_add_up_to_one_at_most() {
    start(options);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.unavailable(0.6).loseReply(0.6))
        .withMessageContaining("exclude each other");
    assertThatIllegalArgumentException().isThrownBy(() -> options.refuse(1.5));
    assertThatIllegalArgumentException().isThrownBy(() -> options.refuse(Double.NaN));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.latency(Duration.ofMillis(-1)))
        .withMessageContaining("negative");
  }
}
