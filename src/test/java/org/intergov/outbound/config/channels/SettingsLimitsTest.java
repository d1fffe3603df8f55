package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.config.channels.Tables.KINDS;
import static org.intergov.outbound.config.channels.Tables.entry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Rate;
import org.intergov.outbound.routing.Refusals;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The least and the most of a setting are taken, and so is a value that equals its neighbour. */
class SettingsLimitsTest {
  private static final String PARAMETERS = "parameters: { queue: q }";

  @TempDir Path folder;

  private record Taken(String line, Function<Channel, Object> setting, Object value) {}

  private static final List<Taken> TAKEN =
      List.of(
          new Taken("concurrency: 1", Channel::concurrency, 1),
          new Taken("concurrency: 1000", Channel::concurrency, 1_000),
          new Taken("concurrency: '000000000000000009'", Channel::concurrency, 9),
          new Taken("retry: { attempts: 1 }", c -> c.retry().attempts(), 1),
          new Taken("retry: { attempts: 2147483647 }", c -> c.retry().attempts(), 2_147_483_647),
          new Taken("retry: { factor: 1 }", c -> c.retry().factor(), 1.0),
          new Taken("retry: { factor: 100.0 }", c -> c.retry().factor(), 100.0),
          new Taken("retry: { factor: '1.9000000000000000' }", c -> c.retry().factor(), 1.9),
          new Taken(
              "retry: { first-delay: 1ms, max-delay: 1ms }",
              c -> c.retry().maxDelay(),
              Duration.ofMillis(1)),
          new Taken(
              "retry: { first-delay: 5m }", c -> c.retry().firstDelay(), Duration.ofMinutes(5)),
          new Taken("retry: { max-delay: 7d }", c -> c.retry().maxDelay(), Duration.ofDays(7)),
          new Taken("timeout: 100ms", Channel::timeout, Duration.ofMillis(100)),
          new Taken("timeout: 10m", Channel::timeout, Duration.ofMinutes(10)),
          new Taken(
              "circuit: { failure-rate: 100% }", c -> c.protection().circuit().failureRate(), 1.0),
          new Taken(
              "circuit: { window: 7, minimum: 7 }", c -> c.protection().circuit().minimum(), 7),
          new Taken(
              "circuit: { wait: 1m }",
              c -> c.protection().circuit().firstWait(),
              Duration.ofMinutes(1)),
          new Taken("rate: 10000/s", c -> rate(c).intervalNanos(), 100_000.0),
          new Taken("rate: 600000/min", c -> rate(c).perSecond(), 10_000.0),
          new Taken("rate: 36000000/h", c -> rate(c).toString(), "36000000/h"),
          new Taken("refused-on: 404", c -> c.refusals().on(), Set.of(404)),
          new Taken("refused-on: [ 400, 599 ]", c -> c.refusals().on(), Set.of(400, 599)),
          new Taken("refused-on: []", c -> c.refusals().on(), Set.of()),
          new Taken("stop-after-refusals: 1", c -> c.refusals().stopAfter(), OptionalInt.of(1)),
          new Taken(
              "stop-after-refusals: 1000000",
              c -> c.refusals().stopAfter(),
              OptionalInt.of(1_000_000)),
          new Taken("stop-after-refusals: off", c -> c.refusals().stopAfter(), OptionalInt.empty()),
          new Taken("idempotent: true", c -> c.refusals().idempotent(), true),
          new Taken("idempotent: false", c -> c.refusals().idempotent(), false));

  private static Rate rate(Channel channel) {
    return channel.protection().rate().orElseThrow();
  }

  @Test
  void what_is_just_within_a_limit_is_taken_by_loader_and_schema() throws Exception {
    var schema = ChannelsSchemaTest.schema(KINDS);
    for (Taken taken : TAKEN) {
      String yaml = entry("sqs", PARAMETERS, taken.line());
      assertThat(taken.setting().apply(Tables.only(folder, yaml, KINDS)))
          .as(taken.line())
          .isEqualTo(taken.value());
      assertThat(ChannelsSchemaTest.refuses(schema, yaml)).as(taken.line()).isFalse();
    }
  }

  @Test
  void what_is_no_number_of_this_form_is_refused() {
    for (String line :
        List.of(
            "concurrency: +5",
            "concurrency: ٣",
            "concurrency: '0000000000000000009'",
            "retry: { factor: +2 }",
            "retry: { factor: 2f }",
            "retry: { factor: 1e1 }",
            "retry: { factor: ٣ }",
            "retry: { factor: '' }",
            "retry: { factor: '1.90000000000000000' }",
            "retry: { factor: 100.1 }",
            "circuit: { slow-rate: +5% }",
            "timeout: 601s",
            "refused-on: 399",
            "refused-on: 600",
            "refused-on: [ 404, 4xx ]",
            "stop-after-refusals: 0",
            "stop-after-refusals: 1000001",
            "idempotent: yes")) {
      assertThat(Tables.told(folder, entry("sqs", PARAMETERS, line), KINDS))
          .as(line)
          .singleElement()
          .satisfies(told -> assertThat(told).startsWith(":6: channels[0]."));
    }
  }

  @Test
  void a_schema_refuses_what_has_another_form() {
    var schema = ChannelsSchemaTest.schema(KINDS);
    for (String line :
        List.of(
            "timeout: fast",
            "timeout: 5",
            "poll: { every: 1w }",
            "circuit: { slow-rate: 50 }",
            "circuit: { slow-rate: most% }",
            "refused-on: 4xx",
            "refused-on: [ 404, 4xx ]",
            "refused-on: { status: 404 }")) {
      assertThat(ChannelsSchemaTest.refuses(schema, entry("sqs", PARAMETERS, line)))
          .as(line)
          .isTrue();
    }
  }

  @Test
  void a_status_that_refuses_is_named_with_its_place_in_the_list() {
    assertThat(
            Tables.told(folder, entry("sqs", PARAMETERS, "refused-on: [ 404, 200, [ ] ]"), KINDS))
        .containsExactly(
            ":6: channels[0].refused-on[1]: found \"200\", expected an HTTP status from 400 to 599,"
                + " or a list of them",
            ":6: channels[0].refused-on[2]: found a list, expected an HTTP status from 400 to 599,"
                + " or a list of them");
    assertThat(Tables.told(folder, entry("sqs", PARAMETERS, "stop-after-refusals: never"), KINDS))
        .containsExactly(
            ":6: channels[0].stop-after-refusals: found \"never\", expected a whole number from 1"
                + " to 1000000, or off");
  }

  @Test
  void what_refusals_mean_is_taken_over_from_the_defaults() throws Exception {
    String defaults =
        "defaults: { refused-on: [ 404, 410 ], stop-after-refusals: 3, idempotent: true }\n";

    assertThat(Tables.only(folder, defaults + entry("sqs", PARAMETERS), KINDS).refusals())
        .isEqualTo(new Refusals(Set.of(404, 410), OptionalInt.of(3), true));
    assertThat(
            Tables.only(
                    folder,
                    defaults + entry("sqs", PARAMETERS, "refused-on: 422", "idempotent: false"),
                    KINDS)
                .refusals())
        .isEqualTo(new Refusals(Set.of(422), OptionalInt.of(3), false));
  }

  @Test
  void defaults_without_anything_are_none() throws Exception {
    String yaml = "defaults:\n" + entry("sqs", PARAMETERS);

    assertThat(Tables.only(folder, yaml, KINDS).concurrency()).isEqualTo(16);
    assertThat(ChannelsSchemaTest.refuses(ChannelsSchemaTest.schema(KINDS), yaml)).isFalse();
  }
}
