package org.intergov.outbound.channel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.delivery.Channels;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.flow.ChannelPoller;
import org.intergov.outbound.routing.Channel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the answers of the Channel API mean. */
class ChannelApiTest {
  private static final DefaultCamelContext CAMEL = new DefaultCamelContext();

  @AfterAll
  static void close() throws Exception {
    CAMEL.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\": 17} | 17",
        "{\"id\": \"tx-17\"} | tx-17",
        "{\"id\": 9007199254740993} | 9007199254740993",
        "{\"id\": 123456789012345678901234567890} | 123456789012345678901234567890",
        "{\"status\": \"received\", \"more\": {\"id\": 3}, \"id\": 17} | 17",
        "{\"id\": \"a/b ü 𝄞\"} | a/b ü 𝄞",
        "{\"id\": 17, \"list\": [1, {\"id\": 2}]} | 17"
      })
  void an_id_is_a_number_or_a_string(String body, String id) {
    assertThat(post(201, body)).isEqualTo(new Outcome.Posted(id, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "17",
        "\"17\"",
        "null",
        "{\"id\": null}",
        "{\"id\": {\"value\": 17}}",
        "{\"id\": [17]}",
        "{\"id\": true}",
        "{\"id\": \"\"}",
        "{\"id\": \"  \"}",
        "{\"ID\": 17}",
        "{\"id\": 17",
        "<html>created</html>",
        "{\"id\": \"line\\nbreak\"}",
        "{\"id\": \"half \\ud800\"}",
        "not json at all"
      })
  void without_a_usable_id_nobody_knows_whether_it_was_taken(String body) {
    assertThat(post(201, body)).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void an_id_too_long_to_keep_is_no_id() {
    assertThat(post(201, "{\"id\": \"" + "x".repeat(512) + "\"}"))
        .isInstanceOf(Outcome.Posted.class);
    assertThat(post(201, "{\"id\": \"" + "x".repeat(513) + "\"}"))
        .isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void json_nested_without_end_is_no_id() {
    assertThat(post(201, "{\"a\": " + "[".repeat(10_000))).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void a_channel_may_confirm_at_once() {
    assertThat(post(201, "{\"id\": 17, \"status\": \"confirmed\"}"))
        .isEqualTo(new Outcome.Posted("17", true));
    assertThat(post(201, "{\"id\": 17, \"status\": \"received\"}"))
        .isEqualTo(new Outcome.Posted("17", false));
    assertThat(post(201, "{\"id\": 17, \"status\": 5}")).isEqualTo(new Outcome.Posted("17", false));
  }

  @ParameterizedTest
  @CsvSource({
    "200, Posted",
    "201, Posted",
    "202, Posted",
    "299, Posted",
    "300, Unknown",
    "301, Unavailable",
    "302, Unknown",
    "303, Unknown",
    "304, Unknown",
    "307, Unavailable",
    "308, Unavailable",
    "400, Refused",
    "401, Unavailable",
    "402, Unavailable",
    "403, Unavailable",
    "406, Unavailable",
    "407, Unavailable",
    "411, Unavailable",
    "415, Refused",
    "421, Unavailable",
    "423, Unavailable",
    "424, Unavailable",
    "426, Unavailable",
    "404, Unavailable",
    "405, Unavailable",
    "408, Unavailable",
    "409, Refused",
    "410, Unavailable",
    "413, Refused",
    "422, Refused",
    "425, Unavailable",
    "429, Unavailable",
    "451, Refused",
    "499, Unavailable",
    "500, Unknown",
    "501, Unknown",
    "502, Unknown",
    "503, Unavailable",
    "504, Unknown",
    "599, Unknown",
    "100, Unknown",
    "0, Unknown"
  })
  void each_status_has_its_outcome(int status, String outcome) {
    Outcome found = post(status, "{\"id\": 17}");

    assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
    if (!(found instanceof Outcome.Posted)) {
      assertThat(found.detail()).contains("" + status).doesNotContain("17");
    }
  }

  @Test
  void what_the_entry_lists_refuses_too() {
    Channel picky = Channels.table("a | refused-on: [404, 501]").channel("a").orElseThrow();

    assertThat(post(404, "", picky)).isInstanceOf(Outcome.Refused.class);
    assertThat(post(501, "", picky)).isInstanceOf(Outcome.Refused.class);
    assertThat(post(410, "", picky)).isInstanceOf(Outcome.Unavailable.class);
    assertThat(post(500, "", picky)).isInstanceOf(Outcome.Unknown.class);
    assertThat(post(201, "{\"id\": 17}", picky)).isInstanceOf(Outcome.Posted.class);
  }

  @Test
  void retry_after_goes_with_unavailable() {
    Message answer = answer(503, "");
    answer.setHeader(Headers.RETRY_AFTER, "120");
    ChannelException e =
        catchThrowableOfType(ChannelException.class, () -> new ChannelApi().posted(answer));

    assertThat(((Outcome.Unavailable) e.outcome()).retryAfter()).contains(Duration.ofMinutes(2));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "0 | 0",
        "120 | 120",
        " 5 | 5",
        "999999999 | 999999999",
        "9999999999 | 999999999",
        "99999999999999999999999 | 999999999",
        "Wed, 21 Oct 2026 07:28:30 GMT | 30",
        "Wed, 21 Oct 2026 07:27:00 GMT | 0",
        "20.5 | 21",
        "20. | 20",
        "0.001 | 1",
        "7.000 | 7",
        "999999999.9 | 999999999",
        "Wednesday, 21-Oct-26 07:28:30 GMT | 30",
        "Wednesday, 21-Oct-99 07:28:30 GMT | 2303683230",
        "Wed Oct 21 07:28:30 2026 | 30",
        "Sun Nov  1 07:28:00 2026 | 950400"
      })
  void retry_after_is_seconds_or_a_date(String value, long seconds) {
    Instant now = Instant.parse("2026-10-21T07:28:00Z");

    assertThat(ChannelApi.retryAfter(value, now)).isEqualTo(Duration.ofSeconds(seconds));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", " ", "soon", "-5", "1,5", ".5", "1.5.1", "1e3", "Wed, 99 Foo 2026", "١٢"})
  void a_retry_after_that_is_neither_is_left_alone(String value) {
    assertThat(ChannelApi.retryAfter(value, Instant.now())).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Sun, 21 Oct 2001 07:28:00 GMT",
        " Sunday, 21-Oct-01 07:28:00 GMT",
        "Sun Oct 21 07:28:00 2001"
      })
  void a_retry_after_that_is_a_date_is_by_the_clock_that_the_answer_tells(String date) {
    Message answer = answer(503, "");
    answer.setHeader(Headers.RETRY_AFTER, "Sun, 21 Oct 2001 07:28:30 GMT");
    answer.setHeader(Headers.ANSWER_DATE, date);
    ChannelException e =
        catchThrowableOfType(ChannelException.class, () -> new ChannelApi().posted(answer));

    assertThat(((Outcome.Unavailable) e.outcome()).retryAfter()).contains(Duration.ofSeconds(30));
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "soon", "Wed, 99 Foo 2026"})
  void where_the_answer_tells_none_it_is_by_ours(String date) {
    String inAMinute =
        DateTimeFormatter.RFC_1123_DATE_TIME.format(
            OffsetDateTime.now(ZoneOffset.UTC).plusMinutes(1));

    assertThat(ChannelApi.retryAfter(inAMinute, date))
        .isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
  }

  @Test
  void no_retry_after_is_none() {
    assertThat(ChannelApi.retryAfter(null, (String) null)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "received, RECEIVED",
    "confirmed, CONFIRMED",
    "Confirmed, CONFIRMED",
    "CONFIRMED, CONFIRMED",
    "'  revoked ', REVOKED",
    "undeliverable, UNDELIVERABLE",
    "revoked, REVOKED"
  })
  void a_status_is_one_of_four_words(String word, StatusAnswer.Status status) {
    assertThat(ask(200, "{\"status\": \"" + word + "\"}")).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "{}",
        "[]",
        "{\"status\": 1}",
        "{\"status\": null}",
        "{\"status\": \"delivered\"}",
        "{\"status\": \"con firmed\"}",
        "{\"status\": \"\"}",
        "confirmed"
      })
  void anything_else_is_no_status(String body) {
    assertThat(ask(200, body)).isInstanceOf(StatusAnswer.NoStatus.class);
  }

  @Test
  void an_unknown_word_is_quoted_short_and_printable() {
    String word = "x".repeat(100) + "\\u0007";

    assertThat(ask(200, "{\"status\": \"\\u0007" + word + "\"}"))
        .isInstanceOfSatisfying(
            StatusAnswer.NoStatus.class,
            no -> assertThat(no.detail()).hasSizeLessThan(80).matches("[\\x20-\\x7e…?]+"));
  }

  @ParameterizedTest
  @CsvSource({
    "400, NoStatus",
    "404, NoStatus",
    "410, NoStatus",
    "401, Unreachable",
    "429, Unreachable",
    "500, Unreachable",
    "503, Unreachable",
    "302, Unreachable"
  })
  void an_error_is_never_taken_for_a_status(int status, String answer) {
    assertThat(ask(status, "{\"status\": \"confirmed\"}").getClass().getSimpleName())
        .isEqualTo(answer);
  }

  @Test
  void a_body_of_another_type_is_like_none() {
    Message answer = answer(201, null);
    answer.setBody(new byte[] {1, 2});

    assertThatCode(() -> new ChannelApi().posted(answer))
        .isInstanceOf(ChannelException.Unknown.class);
  }

  private static Message answer(int status, String body) {
    Exchange exchange = new DefaultExchange(CAMEL);
    exchange.getMessage().setBody(body);
    exchange.getMessage().setHeader(Headers.HTTP_STATUS, status);
    return exchange.getMessage();
  }

  private static Outcome post(int status, String body) {
    return post(status, body, null);
  }

  private static Outcome post(int status, String body, Channel by) {
    Message answer = answer(status, body);
    try {
      new ChannelApi().posted(answer);
    } catch (ChannelException e) {
      answer.getExchange().setException(e);
    }
    return PostOutcome.of(answer.getExchange(), by);
  }

  private static StatusAnswer ask(int status, String body) {
    Message answer = answer(status, body);
    try {
      new ChannelApi().status(answer);
    } catch (ChannelException e) {
      answer.getExchange().setException(e);
    }
    return ChannelPoller.answer(answer.getExchange());
  }
}
