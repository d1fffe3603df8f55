package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What the newest answers have in common. */
class NewestAnswersTest {
  private final NewestAnswers answers = new NewestAnswers();

  @Test
  void of_fewer_than_three_nothing_is_said() {
    add(false, false);
    assertThat(answers.noneIs()).isFalse();
    add(false);
    assertThat(answers.noneIs()).isTrue();

    answers.clear();
    add(true, true);
    assertThat(answers.mostAre()).isFalse();
    add(true);
    assertThat(answers.mostAre()).isTrue();
  }

  @Test
  void one_that_is_marked_is_more_than_none_and_half_of_them_are_not_most() {
    add(true, false, false, false);
    assertThat(answers.noneIs()).isFalse();
    assertThat(answers.mostAre()).isFalse();
    add(true);
    assertThat(answers.mostAre()).as("2 of 5").isFalse();
    add(true);
    assertThat(answers.mostAre()).as("3 of 6").isFalse();
    add(true);
    assertThat(answers.mostAre()).as("4 of 7").isTrue();
  }

  @Test
  void only_the_newest_ten_count() {
    add(true);
    for (int i = 0; i < 9; i++) {
      add(false);
    }
    assertThat(answers.noneIs()).isFalse();
    add(false);
    assertThat(answers.noneIs()).isTrue();
  }

  private void add(boolean... marks) {
    for (boolean mark : marks) {
      answers.add(mark);
    }
  }
}
