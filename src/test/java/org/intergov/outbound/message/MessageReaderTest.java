package org.intergov.outbound.message;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageReaderTest {

  private static final String GOOD =
      "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"AU.abn1.x\",\"obj\":\"QmHash\","
          + "\"predicate\":\"UN.CEFACT.created\",\"sender_ref\":\"r-1\"}";

  private final MessageReader reader = new MessageReader(new MessageRules("AU"), 2_000);

  @Test
  void a_good_message_is_read() {
    assertThat(message(GOOD))
        .isEqualTo(new Message("AU", "r-1", "SG", "AU.abn1.x", "QmHash", "UN.CEFACT.created"));
  }

  @Test
  void a_missing_or_null_reference_becomes_a_uuid() {
    String missing = message(GOOD.replace(",\"sender_ref\":\"r-1\"", "")).senderRef();
    String nulled = message(GOOD.replace("\"r-1\"", "null")).senderRef();

    assertThat(UUID.fromString(missing)).isNotEqualTo(UUID.fromString(nulled));
  }

  @Test
  void a_caller_may_say_what_a_missing_reference_becomes() {
    byte[] without = GOOD.replace(",\"sender_ref\":\"r-1\"", "").getBytes(UTF_8);

    assertThat(reader.read(without, () -> "of-the-caller"))
        .isEqualTo(reader.read(GOOD.replace("r-1", "of-the-caller").getBytes(UTF_8)));
    assertThat(reader.read(GOOD.getBytes(UTF_8), () -> "of-the-caller"))
        .isEqualTo(reader.read(GOOD.getBytes(UTF_8)));
  }

  @Test
  void only_the_given_range_is_read() {
    byte[] padded = ("xx" + GOOD + "yy").getBytes(UTF_8);

    assertThat(reader.read(padded, 2, padded.length - 4)).isInstanceOf(ReadResult.Read.class);
    assertThatThrownBy(() -> reader.read(padded, 2, padded.length))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void a_byte_order_mark_is_skipped() {
    assertThat(message("\ufeff" + GOOD).senderRef()).isEqualTo("r-1");
  }

  @Test
  void utf_16_is_not_guessed() {
    assertThat(violations(GOOD.getBytes(UTF_16BE)))
        .extracting(Violation::rule)
        .containsExactly("json");
  }

  @Test
  void all_that_is_wrong_is_reported_in_field_order() {
    String json =
        "{\"predicate\":\"a..b\",\"receiver\":\"sg\",\"colour\":{\"a\":[1]},\"subject\":5,"
            + "\"sender_ref\":\"x#12\",\"obj\":null}";

    assertThat(violations(json))
        .extracting(v -> v.field() + " " + v.rule())
        .containsExactly(
            "sender required",
            "receiver country",
            "subject type",
            "obj type",
            "predicate format",
            "sender_ref format",
            "colour unknown_field");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5                  | a number",
        "1.5                | a number",
        "true               | a boolean",
        "[\"x\"]            | an array",
        "{\"sender\":\"x\"} | an object",
        "null               | null"
      })
  void a_value_that_is_no_string_is_named_by_its_type(String value, String type) {
    assertThat(violations(GOOD.replace("\"QmHash\"", value)))
        .containsExactly(new Violation("obj", "type", "obj is " + type + ", expected a string"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "{",
        "{\"sender\":\"AU\"",
        "{\"sender\":\"AU\",}",
        "{sender:\"AU\"}",
        "{'sender':'AU'}",
        "{\"sender\":\"A\tU\"}",
        "{} {}",
        "{}x",
        "{}]",
        "{\"a\":1,\"a\":2}",
        "{\"sender\":\"AU\",\"sender\":\"AU\"}",
        "{\"a\":{\"b\":1,\"b\":2}}",
        "{\"a\":[[[[[1]]]]]}",
        "{\"a\":01}",
        "{\"a\":NaN}",
        "{\"a\":\"\\x\"}",
        "{\"a\":\"\u0001\"}",
        "{\"a\":tru}",
        "// comment\n{}",
        "hunter2"
      })
  void what_is_not_json_is_one_violation_of_the_body(String json) {
    assertThat(violations(json))
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.field()).isEqualTo("body");
              assertThat(v.rule()).isEqualTo("json");
              assertThat(v.detail()).doesNotContain("hunter2");
            });
  }

  @Test
  void malformed_json_is_reported_with_line_and_column() {
    assertThat(violations("{\n  \"sender\": hunter2 }").get(0).detail())
        .contains("line 2, column")
        .doesNotContain("hunter2");
  }

  @Test
  void a_field_given_twice_is_named_as_such() {
    assertThat(violations("{\"obj\":\"a\",\"obj\":\"b\"}").get(0).detail())
        .contains("a field is given twice");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[]", "\"x\"", "5", "null"})
  void json_that_is_no_object_is_a_violation_of_the_body(String json) {
    assertThat(violations(json))
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.field() + " " + v.rule()).isEqualTo("body type");
              assertThat(v.detail()).endsWith("expected a JSON object");
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\u00ff",
        "\u00c0\u0080",
        "\u00ed\u00a0\u0080",
        "\u00f4\u0090\u0080\u0080",
        "\u00e2\u0082"
      })
  void bytes_that_are_not_utf_8_are_refused_with_their_place(String octets) {
    byte[] body = GOOD.replace("{", "{\n ").replace("QmHash", octets).getBytes(ISO_8859_1);

    assertThat(violations(body))
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.rule()).isEqualTo("json");
              assertThat(v.detail()).endsWith("not UTF-8 at line 2, column 61 (in bytes)");
            });
  }

  @Test
  void a_body_that_is_nowhere_utf_8_is_refused_at_its_first_byte() {
    assertThat(violations(new byte[] {(byte) 0xff}).get(0).detail())
        .isEqualTo("the body is not UTF-8 at line 1, column 1 (in bytes)");
  }

  @Test
  void a_byte_order_mark_alone_is_an_empty_body() {
    assertThat(violations("\ufeff").get(0).detail())
        .isEqualTo("the body is empty, expected a JSON object");
  }

  @Test
  void a_body_of_just_the_limit_is_read() {
    int size = GOOD.getBytes(UTF_8).length;
    MessageRules rules = new MessageRules("AU");

    assertThat(new MessageReader(rules, size).read(GOOD.getBytes(UTF_8)))
        .isInstanceOf(ReadResult.Read.class);
    assertThat(new MessageReader(rules, size - 1).read(GOOD.getBytes(UTF_8)))
        .isInstanceOf(ReadResult.Invalid.class);
  }

  @Test
  void the_limit_is_at_least_one_byte() {
    MessageRules rules = new MessageRules("AU");

    assertThat(new MessageReader(rules, 1).read(new byte[0]))
        .isInstanceOf(ReadResult.Invalid.class);
    assertThatThrownBy(() -> new MessageReader(rules, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("maxBytes is 0");
  }

  @Test
  void a_body_over_the_limit_is_too_large() {
    assertThat(violations(new byte[2_001]))
        .containsExactly(
            new Violation("body", "too_large", "the body has 2001 bytes, expected at most 2000"));
  }

  @Test
  void an_escaped_unpaired_surrogate_is_refused() {
    assertThat(violations(GOOD.replace("AU.abn1.x", "a\\ud800b")))
        .containsExactly(
            new Violation(
                "subject",
                "characters",
                "subject has an unpaired surrogate (U+D800) as its character 2, expected none"));
  }

  @Test
  void a_long_unknown_name_is_cut_and_escaped() {
    Violation v = violations(GOOD.replace("{", "{\"\\u001b[0m" + "n".repeat(99) + "\":1,")).get(0);

    assertThat(v.rule()).isEqualTo("unknown_field");
    assertThat(v.field()).startsWith("\\u001b[0mnnn").endsWith("…").hasSizeLessThan(80);
  }

  @Test
  void of_very_many_unknown_fields_only_some_are_listed() {
    assertThat(violations(withUnknownFields(20)))
        .hasSize(20)
        .allSatisfy(v -> assertThat(v.detail()).contains("is not a field of a message"));

    List<Violation> found = violations(withUnknownFields(100));
    assertThat(found).hasSize(21);
    assertThat(found.get(20).detail())
        .startsWith("the body has 100 unknown fields, 20 of them listed");
  }

  private static String withUnknownFields(int count) {
    StringBuilder json = new StringBuilder(GOOD.substring(0, GOOD.length() - 1));
    for (int i = 0; i < count; i++) {
      json.append(",\"f").append(i).append("\":0");
    }
    return json.append('}').toString();
  }

  @Test
  void what_a_channel_gets_can_be_read_again() {
    Message m = new Message("AU", "r", "SG", "q\"b\\s/\u20ac\ud83d\ude00\u007fx", "o", "p");

    assertThat(violations(m.channelJson()))
        .extracting(Violation::rule)
        .containsExactly("characters");
    Message clean = new Message("AU", "r", "SG", "q\"b\\s/\u20ac\ud83d\ude00", "o", "p");
    assertThat(message(clean.channelJson()).sameContent(clean)).isTrue();
  }

  private Message message(String json) {
    ReadResult result = reader.read(json.getBytes(UTF_8));
    assertThat(result).isInstanceOf(ReadResult.Read.class);
    return ((ReadResult.Read) result).message();
  }

  private List<Violation> violations(String json) {
    return violations(json.getBytes(UTF_8));
  }

  private List<Violation> violations(byte[] body) {
    ReadResult result = reader.read(body);
    assertThat(result).isInstanceOf(ReadResult.Invalid.class);
    return ((ReadResult.Invalid) result).violations();
  }
}
