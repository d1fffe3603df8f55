package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The words that stand in tables, in the journal and before people: others read them. */
class WordsTest {
  @Test
  void the_states_of_a_row() {
    assertThat(Stream.of(OutboxStatus.values()).map(OutboxStatus::word))
        .containsExactly("pending", "sending", "accepted", "rejected", "held");
  }

  @Test
  void the_reasons_for_which_a_message_is_rejected() {
    assertThat(Stream.of(Reason.values()).map(Reason::word))
        .containsExactly(
            "no_route", "refused", "undeliverable", "revoked", "expired", "invalid", "operator");
  }

  @Test
  void the_phases_of_a_circuit() {
    assertThat(Stream.of(CircuitState.Phase.values()).map(CircuitState.Phase::word))
        .containsExactly("closed", "open", "half-open");
  }

  @Test
  void the_name_of_a_receipt() {
    Receipt receipt = new Receipt("topic-0-5", "t1", null, null, StatusAnswer.Status.REVOKED, "{}");

    assertThat(receipt.name()).isEqualTo("receipt topic-0-5");
  }

  @Test
  void of_what_was_taken_there_is_nothing_more_to_tell() {
    assertThat(new Outcome.Posted("17", true).detail()).isNull();
  }
}
