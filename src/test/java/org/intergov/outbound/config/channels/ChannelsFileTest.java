package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.yaml.YamlFile;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Circuit;
import org.intergov.outbound.routing.FieldMatch;
import org.intergov.outbound.routing.Match;
import org.intergov.outbound.routing.MatchField;
import org.intergov.outbound.routing.OnRevoked;
import org.intergov.outbound.routing.OnUnknown;
import org.intergov.outbound.routing.Ordering;
import org.intergov.outbound.routing.Poll;
import org.intergov.outbound.routing.Protection;
import org.intergov.outbound.routing.Rate;
import org.intergov.outbound.routing.Refusals;
import org.intergov.outbound.routing.Retry;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.routing.Schedule;
import org.intergov.outbound.routing.Screen;
import org.intergov.outbound.routing.Secrets;
import org.intergov.outbound.routing.Tracking;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChannelsFileTest {

  static final String FULL =
      """
      defaults:
        concurrency: 8
        retry: { attempts: 3, max-delay: 10m }
        on-unknown: hold
      channels:
        - id: sg-shared-db
          description: Shared-database channel to Singapore
          match: { receiver: SG, predicate: UN.CEFACT.* }
          screen: { deny: [ { subject: AU.abn0000000000.* } ] }
          kind: http
          parameters: { url: "{{env:URL}}", api-key: "{{env:SECRET}}", size: 5 }
          concurrency: "{{env:FIVE}}"
          retry: { first-delay: 500ms, factor: 1.5 }
          poll: { first-after: 0s, every: 100ms, give-up-after: 1d, finality: 0s }
          on-revoked: reject
          timeout: 2s
          active: { from: 2026-01-01T00:00:00+11:00, until: 2126-01-01T00:00Z }
          maintenance:
            - { from: Sun 02:00, until: Sun 04:00, zone: Australia/Sydney }
            - { from: 2026-12-24T12:00:00Z, until: 2026-12-27T00:00:00.5Z }
        - id: gb-queue
          match: { receiver: [GB, NO], sender_ref: [night.*, x], size: { more-than: 100B, at-most: 64kB } }
          screen: { allow: { obj: "*" }, deny: { size: { at-most: 200B }, subject: 5 } }
          kind: sqs
          parameters: { queue: "{{env:NOT_SET:gb-{{x}}" }
      """
          .replace("gb-{{x}}", "gb-out}}");

  @TempDir Path folder;

  @Test
  void a_channel_overrides_the_defaults_field_by_field() throws Exception {
    Channel channel = Tables.load(folder, FULL).table().channel("sg-shared-db").orElseThrow();

    assertThat(channel.concurrency()).isEqualTo(5);
    assertThat(channel.retry())
        .isEqualTo(new Retry(3, Duration.ofMillis(500), 1.5, Duration.ofMinutes(10)));
    assertThat(channel.poll())
        .isEqualTo(
            new Poll(Duration.ZERO, Duration.ofMillis(100), Duration.ofDays(1), Duration.ZERO));
    assertThat(channel.onUnknown()).isEqualTo(OnUnknown.HOLD);
    assertThat(channel.onRevoked()).isEqualTo(OnRevoked.REJECT);
    assertThat(channel.timeout()).isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void what_nobody_sets_is_built_in() throws Exception {
    Channel channel = Tables.table(folder, "a | match: { receiver: SG }").channels().get(0);

    assertThat(channel)
        .isEqualTo(
            new Channel(
                "a",
                "",
                "sqs",
                Map.of("queue", "q"),
                new Match(List.of(FieldMatch.exactly(MatchField.RECEIVER, "SG"))),
                Screen.NONE,
                Schedule.ALWAYS,
                16,
                new Retry(5, Duration.ofSeconds(1), 2, Duration.ofMinutes(5)),
                new Poll(
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(30),
                    Duration.ofDays(7),
                    Duration.ofHours(1)),
                OnUnknown.RETRY,
                OnRevoked.RESEND,
                new Refusals(Set.of(), OptionalInt.of(25), false),
                Duration.ofSeconds(15),
                new Protection(
                    Optional.empty(),
                    new Circuit(
                        true,
                        0.7,
                        Optional.empty(),
                        0.8,
                        40,
                        20,
                        Duration.ofSeconds(1),
                        Duration.ofMinutes(1),
                        Optional.empty()),
                    Ordering.NONE),
                new Tracking(false, false)));
  }

  @Test
  void a_channel_is_protected_as_the_defaults_say_but_for_what_it_says_itself() throws Exception {
    RoutingTable table =
        Tables.load(
                folder,
                """
                defaults:
                  rate: 50/s
                  circuit: { failure-rate: 25%, slow-call: 3s, window: 8, max-wait: 2m }
                  ordering: subject
                channels:
                  - { id: a, kind: sqs, match: { receiver: SG }, parameters: { queue: q } }
                  - id: b
                    kind: sqs
                    match: { receiver: GB }
                    parameters: { queue: q }
                    rate: 90/min
                    circuit: { slow-rate: 12.5%, minimum: 2, wait: 10s, fail-over-after: 0s }
                  - id: c
                    kind: sqs
                    match: { receiver: NZ }
                    parameters: { queue: q }
                    rate: off
                    circuit: off
                    ordering: none
                """)
            .table();

    Protection a = table.channel("a").orElseThrow().protection();
    assertThat(a.rate()).contains(new Rate(50, Duration.ofSeconds(1)));
    assertThat(a.ordering()).isEqualTo(Ordering.SUBJECT);
    assertThat(a.circuit())
        .isEqualTo(
            new Circuit(
                true,
                0.25,
                Optional.of(Duration.ofSeconds(3)),
                0.8,
                8,
                8,
                Duration.ofSeconds(1),
                Duration.ofMinutes(2),
                Optional.empty()));
    Protection b = table.channel("b").orElseThrow().protection();
    assertThat(b.rate()).hasToString("Optional[90/min]");
    assertThat(b.circuit())
        .isEqualTo(
            new Circuit(
                true,
                0.25,
                Optional.of(Duration.ofSeconds(3)),
                0.125,
                8,
                2,
                Duration.ofSeconds(10),
                Duration.ofMinutes(2),
                Optional.of(Duration.ZERO)));
    Protection c = table.channel("c").orElseThrow().protection();
    assertThat(c.rate()).isEmpty();
    assertThat(c.circuit().on()).isFalse();
    assertThat(c.ordering()).isEqualTo(Ordering.NONE);
  }

  @Test
  void parameters_are_texts_with_their_placeholders_resolved() throws Exception {
    RoutingTable table = Tables.load(folder, FULL).table();

    assertThat(table.channels().get(0).parameters())
        .containsExactly(
            Map.entry("url", "https://env.example"),
            Map.entry("api-key", "hunter2"),
            Map.entry("size", "5"));
    assertThat(table.channels().get(1).parameters()).containsEntry("queue", "gb-out");
  }

  @Test
  void a_channel_does_not_tell_its_secrets() throws Exception {
    assertThat(Tables.load(folder, FULL).table().channels().toString())
        .contains("sg-shared-db")
        .doesNotContain("hunter2");
  }

  @Test
  void the_same_file_gives_equal_channels() throws Exception {
    assertThat(Tables.load(folder, FULL).table().channels())
        .isEqualTo(Tables.load(folder, FULL).table().channels());
  }

  @Test
  void a_secret_in_plain_text_is_a_warning_that_does_not_print_it() throws Exception {
    Loaded loaded = Tables.load(folder, FULL.replace("{{env:SECRET}}", "{{env:NOT:hunter3}}"));

    assertThat(loaded.warnings())
        .extracting(Problem::toString)
        .containsExactly(
            folder.resolve("channels.yaml")
                + ":11: warning: channels[0].parameters.api-key: found a secret in plain text (not"
                + " shown), expected a placeholder such as {{env:NAME}}, without a default");
  }

  @Test
  void which_names_tell_of_a_secret() {
    assertThat(
            List.of(
                "client-secret", "clientSecret", "password", "api-key", "apikey", "token", "key"))
        .allMatch(Secrets::isSecret);
    assertThat(
            List.of(
                "token-url", "partition-key", "key-by", "keystore", "queue", "secret-name", "url"))
        .noneMatch(Secrets::isSecret);
  }

  @Test
  void a_file_that_is_not_there_is_reported() {
    Path missing = folder.resolve("none.yaml");

    assertThat(Tables.problems(missing))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.line()).isZero();
              assertThat(p)
                  .hasToString(
                      missing
                          + ": found no such file, expected a YAML file of at most 1 MB that can be read");
            });
    assertThat(Tables.problems(folder))
        .singleElement()
        .satisfies(p -> assertThat(p.found()).contains("directory"));
  }

  @Test
  void a_file_that_is_too_large_is_not_parsed() {
    String largest = "#\n".repeat(YamlFile.MOST_BYTES / 2);

    assertThat(Tables.problems(Tables.write(folder, largest + "#")))
        .extracting(Problem::found)
        .containsExactly("more than 1 MB");
    assertThat(Tables.problems(Tables.write(folder, largest)))
        .extracting(Problem::found)
        .containsExactly("an empty file");
  }

  @Test
  void bytes_that_are_not_utf_8_are_reported_with_their_line() throws Exception {
    Path file = folder.resolve("latin.yaml");
    Files.write(file, "a:\n b: \u00e9\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(Tables.problems(file))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.line()).isEqualTo(2);
              assertThat(p.found()).contains("not UTF-8");
            });
  }

  @Test
  void a_byte_order_mark_is_skipped() throws Exception {
    assertThat(Tables.load(folder, "\ufeff" + FULL).table().channels()).hasSize(2);
  }

  @Test
  void every_problem_is_reported_in_one_go_and_in_order() {
    String yaml =
        """
        defaults: { retry: { attempts: five } }
        chanels: []
        channels:
          - id: A
            kind: htp
            match: { receiver: sg }
            timeout: 1ms
          - match: {}
            kind: http
            rate: 5
            parameters: { api-key: hunter2, colour: red }
        """;

    InvalidChannelsException e =
        catchThrowableOfType(InvalidChannelsException.class, () -> Tables.load(folder, yaml));

    assertThat(e.problems())
        .extracting(p -> p.line() + " " + p.path())
        .containsExactly(
            "1 defaults.retry.attempts",
            "2 chanels",
            "4 channels[0].id",
            "5 channels[0].kind",
            "6 channels[0].match.receiver",
            "7 channels[0].timeout",
            "8 channels[1].id",
            "8 channels[1].match",
            "10 channels[1].rate",
            "11 channels[1].parameters.colour",
            "11 channels[1].parameters.url",
            "11 channels[1].parameters.api-key");
    assertThat(e)
        .hasMessageContaining("cannot be used, 11 errors:")
        .hasMessageContaining(
            "channels.yaml:1: defaults.retry.attempts: found \"five\", expected a whole number of at least 1")
        .hasMessageNotContaining("hunter2");
  }
}
