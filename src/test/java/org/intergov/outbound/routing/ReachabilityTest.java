package org.intergov.outbound.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.config.channels.Tables.to;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.message.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An entry that could never carry a message is an error; one that could carry a single one is none.
 */
class ReachabilityTest {
  private static final long SMALLEST = SizeMatch.SMALLEST;
  private static final long LARGEST = SizeMatch.LARGEST;

  @TempDir Path folder;

  private List<String> told(String rules) {
    return Tables.told(
        folder,
        "channels:\n  - { id: a, kind: sqs, parameters: { queue: q }, " + rules + " }\n",
        Tables.KINDS);
  }

  @Test
  void an_entry_that_may_carry_something_is_taken() {
    for (String rules :
        List.of(
            "match: { predicate: A.B }, screen: { allow: { predicate: A.* } }",
            "match: { predicate: A.* }, screen: { allow: { predicate: A.B } }",
            "match: { predicate: A.B.* }, screen: { allow: { predicate: A.* } }",
            "match: { predicate: A.* }, screen: { allow: { predicate: A.B.* } }",
            "match: { predicate: X.* }, screen: { deny: { predicate: A.* } }",
            "match: { predicate: A.* }, screen: { deny: { predicate: A.B.* } }",
            "match: { predicate: [ A.*, B.* ] }, screen: { deny: { predicate: A.* } }",
            "match: { receiver: '*' }, screen: { deny: { receiver: SG } }",
            "match: { size: { at-most: " + SMALLEST + "B } }",
            "match: { size: { more-than: " + (LARGEST - 1) + "B } }",
            "match: { receiver: SG }, screen: { deny: { size: { more-than: " + SMALLEST + "B } } }",
            "match: { receiver: SG }, screen: { deny: { size: { at-most: "
                + (LARGEST - 1)
                + "B } } }")) {
      assertThat(told(rules)).as(rules).isEmpty();
    }
  }

  @Test
  void an_entry_that_can_carry_nothing_is_an_error() {
    for (String rules :
        List.of(
            "match: { predicate: A.B.* }, screen: { deny: { predicate: A.* } }",
            "match: { predicate: A.B }, screen: { allow: { predicate: A.B.* } }",
            "match: { predicate: [ A.*, B.* ] }, screen: { deny: [ { predicate: A.* }, { predicate: B.* } ] }",
            "match: { size: { at-most: " + (SMALLEST - 1) + "B } }",
            "match: { size: { more-than: " + LARGEST + "B } }",
            "match: { receiver: SG }, screen: { deny: { size: { at-most: " + LARGEST + "B } } }",
            "match: { receiver: SG }, screen: { deny: { size: { more-than: "
                + (SMALLEST - 1)
                + "B } } }")) {
      assertThat(told(rules))
          .as(rules)
          .singleElement()
          .satisfies(
              told ->
                  assertThat(told)
                      .startsWith(":2: channels[0].")
                      .contains("never carry a message"));
    }
  }

  @Test
  void an_entry_of_more_parts_than_people_write_is_not_split_for_ever() {
    String many =
        IntStream.range(0, 11).mapToObj(i -> "v" + i).collect(Collectors.joining(", ", "[", "]"));
    String deny =
        IntStream.range(0, 11)
            .mapToObj(i -> "{ sender_ref: v" + i + " }")
            .collect(Collectors.joining(", ", "[", "]"));
    String three = "match: { subject: %s, obj: %s, sender_ref: %s }".formatted(many, many, many);
    String four = three.replace("obj:", "predicate: " + many + ", obj:");

    assertThat(told(three + ", screen: { deny: " + deny + " }"))
        .singleElement()
        .satisfies(told -> assertThat(told).contains("rules that deny everything"));
    assertThat(told(four + ", screen: { deny: " + deny + " }")).isEmpty();
  }

  @Test
  void a_size_is_taken_up_to_its_limit_and_from_the_next_byte_on() throws Exception {
    Message message = to("SG");
    long bytes = message.channelBytes();

    assertThat(carries("at-most: " + bytes + "B", message)).isTrue();
    assertThat(carries("at-most: " + (bytes - 1) + "B", message)).isFalse();
    assertThat(carries("more-than: " + bytes + "B", message)).isFalse();
    assertThat(carries("more-than: " + (bytes - 1) + "B", message)).isTrue();
  }

  private boolean carries(String size, Message message) throws InvalidChannelsException {
    return Tables.table(folder, "a | match: { size: { " + size + " } }")
        .next(message, List.of())
        .isPresent();
  }

  @Test
  void a_rule_is_told_as_it_is_written() throws Exception {
    RoutingTable table =
        Tables.table(
            folder,
            "a | match: { receiver: SG }, screen: { deny: { receiver: \"*\", predicate: [UN.*, X],"
                + " size: { more-than: 1B, at-most: 64kB } } }");

    assertThat(table.route(to("SG"), List.of()).screened())
        .extracting(Screened::rule)
        .containsExactly(
            "deny { receiver: *, predicate: [X, UN.*], size: { more-than: 1B, at-most: 64kB } }");
  }
}
