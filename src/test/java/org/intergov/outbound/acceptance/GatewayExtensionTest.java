package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever happens, what acceptance tests run on is closed. */
class GatewayExtensionTest {
  private final List<String> closed = new ArrayList<>();

  private AutoCloseable thing(String name) {
    return () -> closed.add(name);
  }

  private AutoCloseable stuck(String name) {
    return () -> {
      closed.add(name);
      throw new IllegalStateException(name + " is stuck");
    };
  }

  @Test
  void a_start_that_fails_halfway_closes_the_newest_first() {
    IllegalStateException failure = new IllegalStateException("no such topic");
    GatewayExtension extension =
        GatewayExtension.onDemand()
            .with(thing("first"), thing("second"))
            .before(
                () -> {
                  throw failure;
                });
    extension.closing(thing("third"));
    assertThatThrownBy(extension::begin).isSameAs(failure);
    assertThat(closed).containsExactly("third", "second", "first");
    extension.end();
    assertThat(closed).as("none twice").hasSize(3);
  }

  @Test
  void what_cannot_be_closed_is_told_and_keeps_nothing_else_open() {
    GatewayExtension extension =
        GatewayExtension.onDemand().with(thing("first"), stuck("second"), stuck("third"));
    assertThatThrownBy(extension::end)
        .isInstanceOf(AssertionError.class)
        .satisfies(
            e ->
                assertThat(e.getSuppressed())
                    .extracting(Throwable::getMessage)
                    .containsExactly("third is stuck", "second is stuck"));
    assertThat(closed).containsExactly("third", "second", "first");
  }

  @Nested
  class InFields {
    private static final List<String> CLOSED = new ArrayList<>();

    @RegisterExtension
    static final GatewayExtension OF_CLASS =
        GatewayExtension.onDemand().with(() -> CLOSED.add("the class's"));

    @RegisterExtension
    final GatewayExtension ofTest = GatewayExtension.onDemand().with(() -> CLOSED.add("a test's"));

    @RepeatedTest(3)
    void a_static_one_lasts_as_long_as_the_class_and_another_one_as_long_as_its_test(
        RepetitionInfo test) {
      assertThat(CLOSED).hasSize(test.getCurrentRepetition() - 1).doesNotContain("the class's");
    }
  }
}
