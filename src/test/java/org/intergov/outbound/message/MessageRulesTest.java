package org.intergov.outbound.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageRulesTest {

  private static final String EMOJI = "\ud83d\ude00";

  private final MessageRules rules = new MessageRules("AU");

  static Stream<Arguments> broken() {
    return Stream.of(
        Arguments.of("sender", "GB", "jurisdiction", "expected \"AU\""),
        Arguments.of("sender", "au", "country", "expected \"AU\": country codes are upper case"),
        Arguments.of("sender", "XX", "country", "this one is not"),
        Arguments.of("sender", "", "blank", "country code"),
        Arguments.of("receiver", "sg", "country", "expected \"SG\""),
        Arguments.of("receiver", "Sg", "country", "expected \"SG\""),
        Arguments.of("receiver", "SGP", "country", "two upper-case letters"),
        Arguments.of("receiver", "ZZ", "country", "assigned"),
        Arguments.of("receiver", " SG", "country", "two upper-case letters"),
        Arguments.of("subject", "", "blank", "is empty"),
        Arguments.of("subject", " \u00a0\u3000", "blank", "only white space"),
        Arguments.of(
            "subject", "s".repeat(2049), "length", "2049 characters, expected at most 2048"),
        Arguments.of("subject", EMOJI.repeat(2049), "length", "2049 characters"),
        Arguments.of("subject", "a\u0000b", "characters", "U+0000) as its character 2"),
        Arguments.of("subject", "a\u007fb", "characters", "U+007F"),
        Arguments.of("subject", "a\u0085b", "characters", "U+0085"),
        Arguments.of("subject", EMOJI + "\udc00", "characters", "(U+DC00) as its character 2"),
        Arguments.of("subject", "a\ud800", "characters", "U+D800"),
        Arguments.of("subject", " a", "characters", "beginning or end"),
        Arguments.of("subject", "a\u00a0", "characters", "beginning or end"),
        Arguments.of("subject", "\u0000a", "characters", "U+0000) as its character 1"),
        Arguments.of("obj", " a", "characters", "beginning or end"),
        Arguments.of("obj", "a\u0000b c", "characters", "U+0000"),
        Arguments.of("obj", "a b", "format", "without white space"),
        Arguments.of("obj", "a\u2003b", "format", "without white space"),
        Arguments.of("obj", "o".repeat(257), "length", "at most 256"),
        Arguments.of("predicate", "", "blank", "is empty"),
        Arguments.of("predicate", "a..b", "format", "segments"),
        Arguments.of("predicate", ".a", "format", "segments"),
        Arguments.of("predicate", "a.", "format", "segments"),
        Arguments.of("predicate", "a b", "format", "segments"),
        Arguments.of("predicate", "a.*", "format", "segments"),
        Arguments.of("predicate", "a.\u0301b", "format", "segments"),
        Arguments.of("predicate", "\u0e31x", "format", "segments"),
        Arguments.of("predicate", "a\u200db", "format", "segments"),
        Arguments.of("predicate", "p".repeat(513), "length", "at most 512"),
        Arguments.of("sender_ref", "x#2", "format", "idempotency keys"),
        Arguments.of("sender_ref", "x#0", "format", "idempotency keys"),
        Arguments.of("sender_ref", "x#9", "format", "idempotency keys"),
        Arguments.of("sender_ref", "#007", "format", "idempotency keys"),
        Arguments.of("sender_ref", "r".repeat(257), "length", "at most 256"),
        Arguments.of("sender_ref", "a\nb", "characters", "U+000A"));
  }

  @ParameterizedTest
  @MethodSource("broken")
  void a_broken_rule_is_named(String field, String value, String rule, String detail) {
    assertThat(rules.checkField(field, value))
        .singleElement()
        .satisfies(
            v -> {
              assertThat(v.field()).isEqualTo(field);
              assertThat(v.rule()).isEqualTo(rule);
              assertThat(v.detail()).startsWith(field).contains(detail);
            });
  }

  static Stream<Arguments> kept() {
    return Stream.of(
        Arguments.of("receiver", "NO"),
        Arguments.of("subject", "s".repeat(2048)),
        Arguments.of("subject", EMOJI.repeat(2048)),
        Arguments.of("subject", "two words"),
        Arguments.of("obj", "https://example/a?b=c#d"),
        Arguments.of("obj", EMOJI.repeat(256)),
        Arguments.of("predicate", "created"),
        Arguments.of("predicate", "UN.CEFACT.Trade.Certificate-Of_Origin2.créé"),
        Arguments.of("predicate", "व्यापार.प्रमाणपत्र.निर्मित"),
        Arguments.of("predicate", "การค้า.ใบรับรอง.สร้างแล้ว"),
        Arguments.of("predicate", "cre\u0301e\u0301.Ви\u0306\u0323"),
        Arguments.of("sender_ref", "x#"),
        Arguments.of("sender_ref", "x#2a"),
        Arguments.of("sender_ref", "2026"),
        Arguments.of("sender_ref", "a/b c:%é"));
  }

  @ParameterizedTest
  @MethodSource("kept")
  void a_value_at_the_edge_of_the_rules_passes(String field, String value) {
    assertThat(rules.checkField(field, value)).isEmpty();
  }

  @Test
  void a_value_that_is_shown_is_cut_and_escaped() {
    String detail = rules.checkField("receiver", "\u001b\u202e" + "x".repeat(500)).get(0).detail();

    assertThat(detail).contains("\\u001b\\u202exxx", "…").hasSizeLessThan(220);
  }

  @Test
  void all_violations_come_in_field_order() {
    Message m = new Message("GB", "x#1", "sg", " ", "a b", "..");

    assertThat(rules.check(m))
        .extracting(Violation::field)
        .containsExactly("sender", "receiver", "subject", "obj", "predicate", "sender_ref");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "au", "XX", "AUS"})
  void the_jurisdiction_must_be_a_country(String code) {
    assertThatThrownBy(() -> new MessageRules(code))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jurisdiction");
  }

  @Test
  void a_gateway_sends_for_one_jurisdiction_and_a_reader_of_any_sender_for_none() {
    assertThat(rules.jurisdiction()).contains("AU");

    MessageRules any = MessageRules.ofAnySender();
    assertThat(any.jurisdiction()).isEmpty();
    assertThat(any.checkField("sender", "GB")).isEmpty();
    assertThat(any.checkField("sender", "XX"))
        .extracting(Violation::rule)
        .containsExactly("country");
  }

  @Test
  void a_reference_is_as_long_as_its_field_may_be_and_no_longer() {
    String longest = EMOJI.repeat(256);

    assertThat(Reference.parse("AU:" + longest).senderRef()).isEqualTo(longest);
    assertThatThrownBy(() -> Reference.parse("AU:" + longest + "x"))
        .hasMessageContaining("expected 1 to 256 characters behind the colon");
  }

  @Test
  void a_reference_is_parsed_at_its_first_colon() {
    assertThat(Reference.parse("AU:a:b"))
        .isEqualTo(new Reference("AU", "a:b"))
        .hasToString("AU:a:b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "AU", "AU:", ":x", "au:x", "AUS:x", "AU:a\u0000b", "AU-x"})
  void what_is_no_reference_is_refused(String text) {
    assertThatThrownBy(() -> Reference.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("reference is \"");
  }

  @Test
  void the_same_content_may_have_another_reference() {
    Message m = new Message("AU", "a", "SG", "s", "o", "p");

    assertThat(m.sameContent(new Message("AU", "b", "SG", "s", "o", "p"))).isTrue();
    assertThat(m.sameContent(new Message("AU", "a", "SG", "s", "o2", "p"))).isFalse();
    assertThat(m.reference()).isEqualTo("AU:a");
  }

  @Test
  void a_channel_gets_five_fields_in_order() {
    Message m = new Message("AU", "a", "SG", "s \"\\\n\u0001é", "o", "p");

    assertThat(m.channelJson())
        .isEqualTo(
            "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"s \\\"\\\\\\u000a\\u0001é\","
                + "\"obj\":\"o\",\"predicate\":\"p\"}");
  }

  @Test
  void an_idempotency_key_is_the_reference_and_from_the_second_generation_on_its_number() {
    assertThat(key("the-ref", 1)).isEqualTo("AU:the-ref");
    assertThat(key("the-ref", 2)).isEqualTo("AU:the-ref#2");
    assertThatThrownBy(() -> key("x", 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void an_idempotency_key_fits_a_header() {
    assertThat(key("a b%é€" + EMOJI + "~#", 1))
        .isEqualTo("AU:a%20b%25%C3%A9%E2%82%AC%F0%9F%98%80~#");
    assertThat(key("\u007f\u0080\u07ff\u0800\uffff" + Character.toString(0x10000), 1))
        .isEqualTo("AU:%7F%C2%80%DF%BF%E0%A0%80%EF%BF%BF%F0%90%80%80");
    assertThat(List.of(key("a b", 1), key("a%20b", 1), key("a+b", 1))).doesNotHaveDuplicates();
  }

  private static String key(String senderRef, int generation) {
    return IdempotencyKey.of(new Message("AU", senderRef, "SG", "s", "o", "p"), generation);
  }
}
