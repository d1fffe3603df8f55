package org.intergov.outbound.channel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.intergov.outbound.channel.ChannelException;
import org.junit.jupiter.api.Test;

/** When a token is asked for, and when an old one is used. */
class AccessTokensTest {
  private long now = System.nanoTime();
  private final List<Promise<TokenEndpoint.Granted>> asked = new ArrayList<>();
  private final AccessTokens tokens =
      new AccessTokens(
          "sg",
          () -> {
            asked.add(Promise.promise());
            return asked.get(asked.size() - 1).future();
          },
          () -> now);

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void grant(int n, String token, int seconds) {
    asked.get(n - 1).complete(new TokenEndpoint.Granted(token, Duration.ofSeconds(seconds)));
  }

  private static String value(Future<Credentials.Header> header) {
    return header.result().value();
  }

  @Test
  void one_request_serves_all_that_wait() {
    Future<Credentials.Header> one = tokens.header();
    Future<Credentials.Header> other = tokens.header();
    assertThat(one.isComplete()).isFalse();
    grant(1, "t", 100);

    assertThat(asked).hasSize(1);
    assertThat(value(one)).isEqualTo("Bearer t");
    assertThat(value(other)).isEqualTo("Bearer t");
  }

  @Test
  void a_token_is_renewed_before_its_end_while_the_old_one_is_still_used() {
    tokens.header();
    grant(1, "old", 100);
    pass(Duration.ofSeconds(74));
    assertThat(value(tokens.header())).isEqualTo("Bearer old");
    assertThat(asked).hasSize(1);

    pass(Duration.ofSeconds(12));
    assertThat(value(tokens.header())).isEqualTo("Bearer old");
    assertThat(value(tokens.header())).isEqualTo("Bearer old");
    assertThat(asked).hasSize(2);
    grant(2, "new", 100);
    assertThat(value(tokens.header())).isEqualTo("Bearer new");
  }

  @Test
  void a_renewal_that_fails_is_tried_again_and_the_old_token_serves_to_its_end() {
    tokens.header();
    grant(1, "old", 100);
    pass(Duration.ofSeconds(86));
    tokens.header();
    asked.get(1).fail(new ChannelException.Unavailable("no token: down"));
    assertThat(value(tokens.header())).isEqualTo("Bearer old");
    assertThat(asked).as("not again within a second").hasSize(2);

    pass(Duration.ofSeconds(2));
    assertThat(value(tokens.header())).isEqualTo("Bearer old");
    assertThat(asked).hasSize(3);
    asked.get(2).fail(new ChannelException.Unavailable("no token: down"));

    pass(Duration.ofSeconds(8));
    Future<Credentials.Header> dead = tokens.header();
    assertThat(dead.isComplete()).as("waits for the next request").isFalse();
    grant(4, "new", 100);
    assertThat(value(dead)).isEqualTo("Bearer new");
  }

  @Test
  void after_a_failure_calls_fail_at_once_for_a_second() {
    Future<Credentials.Header> first = tokens.header();
    asked.get(0).fail(new ChannelException.Unavailable("no token: down"));
    assertThat(first.failed()).isTrue();
    assertThat(tokens.header().cause()).hasMessage("no token: down");
    assertThat(asked).hasSize(1);

    pass(Duration.ofMillis(1_001));
    assertThat(tokens.header().isComplete()).isFalse();
    assertThat(asked).hasSize(2);
  }

  @Test
  void a_refused_token_is_not_used_again_and_is_renewed_once_for_all() {
    tokens.header();
    grant(1, "bad", 100);
    Credentials.Header bad = tokens.header().result();
    assertThat(tokens.refused(bad)).isTrue();
    Future<Credentials.Header> next = tokens.header();
    assertThat(tokens.refused(bad)).as("another call with the same token").isTrue();
    grant(2, "good", 100);

    assertThat(value(next)).isEqualTo("Bearer good");
    assertThat(value(tokens.header())).isEqualTo("Bearer good");
    assertThat(asked).hasSize(2);
  }

  @Test
  void a_channel_that_refuses_every_token_does_not_make_us_ask_for_one_each_time() {
    tokens.header();
    grant(1, "bad", 100);
    tokens.refused(tokens.header().result());
    tokens.header();
    grant(2, "bad too", 100);

    assertThat(tokens.refused(tokens.header().result())).isFalse();
    assertThat(value(tokens.header())).isEqualTo("Bearer bad too");
    assertThat(asked).hasSize(2);
    pass(Duration.ofSeconds(2));
    assertThat(tokens.refused(tokens.header().result())).isTrue();
  }
}
