package org.intergov.outbound.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> KNOWN = List.of("receiver", "sender", "sender_ref", "size");

  @ParameterizedTest
  @CsvSource({
    "reciever,receiver",
    "RECEIVER,receiver",
    "senderRef,sender_ref",
    "sender-ref,sender_ref",
    "sizes,size",
    "szie,size",
    "sender,sender",
    "weight,",
    "zs,",
    "'',"
  })
  void the_word_that_was_meant_is_guessed_if_one_is_near(String found, String meant) {
    if (meant == null) {
      assertThat(Suggestion.closest(KNOWN, found)).isEmpty();
    } else {
      assertThat(Suggestion.closest(KNOWN, found)).contains(meant);
    }
  }

  @Test
  void nothing_is_guessed_of_more_than_64_letters() {
    List<String> known = List.of("a".repeat(64));
    assertThat(Suggestion.closest(known, "a".repeat(63) + "b")).contains(known.get(0));
    assertThat(Suggestion.closest(known, "a".repeat(65))).isEmpty();
  }

  @Test
  void as_many_letters_may_differ_as_are_said_to() {
    List<String> known = List.of("resume", "replay");
    assertThat(Suggestion.closest(known, "resmue", 1)).contains("resume");
    assertThat(Suggestion.closest(known, "resmue", 0)).isEmpty();
    assertThat(Suggestion.closest(known, "rplay", 1)).contains("replay");
    assertThat(Suggestion.closest(known, "rply", 1)).isEmpty();
    assertThat(Suggestion.closest(known, "rply", 2)).contains("replay");
    assertThat(Suggestion.closest(List.of("plays", "play"), "play", 2)).contains("play");
    assertThat(Suggestion.closest(known, "Resume", 0)).isEmpty();
  }

  @Test
  void what_there_is_is_listed() {
    assertThat(Suggestion.oneOf(List.of(), "x")).isEqualTo("none");
    assertThat(Suggestion.oneOf(List.of("http"), "x")).isEqualTo("http");
    assertThat(Suggestion.oneOf(List.of("http", "sqs"), "sqss"))
        .isEqualTo("one of http, sqs; did you mean \"sqs\"?");
  }
}
