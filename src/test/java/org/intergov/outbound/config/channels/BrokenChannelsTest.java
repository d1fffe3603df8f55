package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.Severity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/** Each broken file gives exactly one error, with its line, its path and its cause. */
class BrokenChannelsTest {

  @TempDir Path folder;

  /**
   * Line 1 is {@code channels:}, line 2 the id; an entry that can be used but for what is added.
   */
  private static String entry(String... lines) {
    List<String> entry = new ArrayList<>(List.of("channels:", "  - id: a"));
    List<String> given = Stream.of(lines).map(l -> l.substring(0, l.indexOf(':'))).toList();
    Stream.of(lines).forEach(l -> entry.add("    " + l));
    Stream.of("kind: sqs", "match: { receiver: SG }", "parameters: { queue: q }")
        .filter(l -> !given.contains(l.substring(0, l.indexOf(':'))))
        .forEach(l -> entry.add("    " + l));
    return String.join("\n", entry) + "\n";
  }

  private static String http(String url) {
    return entry("kind: http", "parameters: { url: " + url + " }");
  }

  /** A window of a week in UTC. */
  private static String weekly(String window) {
    return entry("maintenance: { zone: UTC, " + window + " }");
  }

  private static String c(String rest) {
    return "channels[0]." + rest;
  }

  private static Arguments broken(String yaml, int line, String path, String... cause) {
    return Arguments.of(yaml, line, path, List.of(cause));
  }

  static Stream<Arguments> files() {
    return Stream.of(
        broken("", 1, "", "an empty file"),
        broken("# only a comment\n", 1, "", "an empty file"),
        broken("just text", 1, "", "a single value", "a map of defaults, channels"),
        broken("- a\n", 1, "", "a list"),
        broken("defaults: {}\n", 1, "channels", "nothing", "at least one channel"),
        broken("channels:\n", 1, "channels", "nothing", "at least one channel"),
        broken("channels: []\n", 1, "channels", "an empty list"),
        broken("channels: { a: b }\n", 1, "channels", "a map", "a list"),
        broken("channels: [ x ]\n", 1, "channels[0]", "a single value", "a map of id"),
        broken("channels:\n\t- id: a\n", 2, "", "syntax error", "TAB"),
        broken("channels:\n  - id: [a\n", 3, "", "syntax error"),
        broken("channels:\n  - id: *a\n", 2, "", "an alias"),
        broken("channels: &x []\n", 1, "", "an anchor"),
        broken(entry("match: { receiver: * }"), 3, "", "a star without quotes", "\"*\""),
        broken(entry("match:\n      receiver: *"), 4, "", "a star without quotes"),
        broken(entry("match: { receiver: [ *, SG ] }"), 3, "", "a star without quotes"),
        broken(
            entry("description: \"{{env:HOME}}\""), 3, c("description"), "a placeholder", "shown"),
        broken(entry("kind: \"{{env:KIND:http}}\""), 3, c("kind"), "a placeholder"),
        broken(
            entry("match: { subject: \"{{env:S:x}}\" }"), 3, c("match.subject"), "a placeholder"),
        broken(entry("kind: htpt"), 3, c("kind"), "\"htpt\"", "did you mean \"http\"?"),
        broken("channels: !!seq []\n", 1, "", "a tag"),
        broken("channels: []\n---\nchannels: []\n", 2, "", "a second document"),
        broken("channels:\n  " + "[".repeat(30) + "]".repeat(30), 2, "", "more than 20 levels"),
        broken("channels:\n  " + "[".repeat(20) + "]".repeat(20), 2, "", "more than 20 levels"),
        broken("channels:\n  " + "[".repeat(19) + "]".repeat(19), 2, "channels[0]", "a list"),
        broken("channels:\n# \u0001\n", 2, "", "U+0001"),
        broken("chanels: []\n" + entry(), 1, "chanels", "unknown key \"chanels\"", "\"channels\"?"),
        broken("[a]: b\n" + entry(), 1, "", "a list as a key"),
        broken(entry() + "channels: []\n", 6, "channels", "again", "line 2"),
        broken(entry().replace("id: a", "id: Ab"), 2, c("id"), "\"Ab\"", "lower-case"),
        broken(entry().replace("id: a", "id: 1a"), 2, c("id"), "\"1a\"", "beginning with"),
        broken(entry().replace("id: a", "id: " + "a".repeat(64)), 2, c("id"), "at most 63"),
        broken(entry().replace("id: a", "id: 5"), 2, c("id"), "\"5\"", "beginning with"),
        broken(entry().replace("id: a", "id:"), 2, c("id"), "nothing"),
        broken(entry().replace("id: a", "description: a"), 2, c("id"), "nothing"),
        broken(entry() + entry().substring(10), 6, "channels[1].id", "\"a\"", "line 2"),
        broken(entry("kind: sqs", "kind: sqs"), 4, c("kind"), "again", "line 3"),
        broken(entry("kind: sqq"), 3, c("kind"), "\"sqq\"", "http, sqs", "\"sqs\"?"),
        broken(entry("kind: [sqs]"), 3, c("kind"), "a list", "http, sqs"),
        broken(entry().replace("    kind: sqs\n", ""), 2, c("kind"), "nothing", "http, sqs"),
        broken(entry("concurency: 5"), 3, c("concurency"), "\"concurrency\"?"),
        broken(entry("on_unknown: hold"), 3, c("on_unknown"), "\"on-unknown\"?"),
        broken(entry("auth: { a: b }"), 3, c("auth"), "the unknown key"),
        broken(entry("rate: 5"), 3, c("rate"), "\"5\"", "such as 50/s, 10/min or 100/h"),
        broken(entry("rate: 0/s"), 3, c("rate"), "\"0/s\""),
        broken(entry("rate: 5/m"), 3, c("rate"), "\"5/m\"", "10/min"),
        broken(entry("rate: 0.5/s"), 3, c("rate"), "a whole number"),
        broken(entry("rate: 10001/s"), 3, c("rate"), "at most 10000/s"),
        broken(entry("rate: { a: b }"), 3, c("rate"), "a map", "50/s"),
        broken(entry("ordering: object"), 3, c("ordering"), "none, subject"),
        broken(entry("circuit: of"), 3, c("circuit"), "\"of\"", "on, off, or a map of"),
        broken(entry("circuit:"), 3, c("circuit"), "nothing", "on, off, or a map of"),
        broken(entry("circuit: [a]"), 3, c("circuit"), "a list", "a map of failure-rate"),
        broken(entry("circuit: { windo: 5 }"), 3, c("circuit.windo"), "\"window\"?"),
        broken(entry("circuit: { window: 0 }"), 3, c("circuit.window"), "from 1 to 10000"),
        broken(entry("circuit: { failure-rate: 50 }"), 3, c("circuit.failure-rate"), "such as 50%"),
        broken(entry("circuit: { slow-rate: 101% }"), 3, c("circuit.slow-rate"), "at most 100%"),
        broken(entry("circuit: { slow-rate: 0% }"), 3, c("circuit.slow-rate"), "above 0%"),
        broken(entry("circuit: { slow-call: 5 }"), 3, c("circuit.slow-call"), "500ms, 2s"),
        broken(
            entry("circuit: { window: 5, minimum: 6 }"),
            3,
            c("circuit.minimum"),
            "at most window (5)"),
        broken(
            entry("circuit: { wait: 2m }"),
            3,
            c("circuit.wait"),
            "\"2m\"",
            "at most max-wait (1m)"),
        broken(
            entry("circuit: { wait: 2s, max-wait: 1s }"),
            3,
            c("circuit.max-wait"),
            "at least wait (2s)"),
        broken(entry("active: true"), 3, c("active"), "a single value", "a map of from, until"),
        broken(entry("active: {}"), 3, c("active"), "an empty map", "from, until or both"),
        broken(entry("active: { frm: x }"), 3, c("active.frm"), "\"from\"?"),
        broken(entry("active: { from: tomorrow }"), 3, c("active.from"), "date-time with offset"),
        broken(entry("active: { from: 2026-12-01 }"), 3, c("active.from"), "\"2026-12-01\""),
        broken(entry("active: { from: 2026-12-01T00:00:00 }"), 3, c("active.from"), "with offset"),
        broken(entry("active: { from: 2026-13-01T00:00:00Z }"), 3, c("active.from"), "date-time"),
        broken(
            entry("active: { from: 2026-12-01T00:00:00Z, until: '2026-12-01T11:00:00+11:00' }"),
            3,
            c("active.until"),
            "a moment after from"),
        broken(entry("maintenance: []"), 3, c("maintenance"), "an empty list"),
        broken(entry("maintenance: Sunday"), 3, c("maintenance"), "a map of from, until, zone"),
        broken(
            entry("maintenance: [ Sunday ]"), 3, c("maintenance[0]"), "a map of from, until, zone"),
        broken(weekly("from: Sun 02:00"), 3, c("maintenance.until"), "nothing", "Sun 02:00"),
        broken(weekly("until: Sun 02:00"), 3, c("maintenance.from"), "nothing", "Sun 02:00"),
        broken(
            weekly("from: Sun 2:00, until: Sun 04:00"), 3, c("maintenance.from"), "\"Sun 2:00\""),
        broken(
            weekly("from: Sun 02:00, until: 04:00"), 3, c("maintenance.until"), "a day and time"),
        broken(
            weekly("from: sun 02:00, until: Sun 04:00"), 3, c("maintenance.from"), "\"sun 02:00\""),
        broken(
            weekly("from: Sun 02:00, until: Sun 24:00"),
            3,
            c("maintenance.until"),
            "\"Sun 24:00\""),
        broken(
            weekly("from: Sun 02:00, until: Sun 02:00"),
            3,
            c("maintenance.until"),
            "a time other than from"),
        broken(
            entry("maintenance: { from: Sun 02:00, until: Sun 04:00 }"),
            3,
            c("maintenance.zone"),
            "nothing",
            "Australia/Sydney"),
        broken(
            entry("maintenance: { from: Sun 02:00, until: Sun 04:00, zone: Sydney }"),
            3,
            c("maintenance.zone"),
            "\"Sydney\"",
            "a time zone"),
        broken(
            weekly("from: Sun 02:00, until: 2026-12-01T00:00:00Z"),
            3,
            c("maintenance.until"),
            "expected a day and time, as from is"),
        broken(
            weekly("from: 2026-12-01T00:00:00Z, until: Sun 02:00"),
            3,
            c("maintenance.until"),
            "expected a date-time with offset, as from is"),
        broken(
            weekly("from: 2026-12-01T00:00:00Z, until: 2026-12-02T00:00:00Z"),
            3,
            c("maintenance.zone"),
            "no zone"),
        broken(
            entry("maintenance: [ { from: 2026-12-02T00:00:00Z, until: 2026-12-01T00:00:00Z } ]"),
            3,
            c("maintenance[0].until"),
            "after from"),
        broken(
            entry(
                "maintenance:",
                "  - { from: Sun 00:00, until: Wed 12:00, zone: UTC }",
                "  - { from: Wed 11:00, until: Sun 00:00, zone: UTC }"),
            4,
            c("maintenance"),
            "without a gap"),
        broken(entry("match: { sender_ref: a*b }"), 3, c("match.sender_ref"), "\"a*b\""),
        broken(entry("match: { sender_ref: 'a#2' }"), 3, c("match.sender_ref"), "rule format"),
        broken(entry("match: { size: {} }"), 3, c("match.size"), "an empty map", "at-most"),
        broken(entry("match: { size: 64kB }"), 3, c("match.size"), "a map of at-most, more-than"),
        broken(entry("match: { size: { at-most: 64 } }"), 3, c("match.size.at-most"), "64KiB"),
        broken(entry("match: { size: { at-most: 64KB } }"), 3, c("match.size.at-most"), "\"64KB\""),
        broken(entry("match: { size: { at-most: 0B } }"), 3, c("match.size.at-most"), "\"0B\""),
        broken(entry("match: { size: { max: 1kB } }"), 3, c("match.size.max"), "unknown key"),
        broken(
            entry("match: { size: { at-most: 1kB, more-than: 1kB } }"),
            3,
            c("match.size"),
            "more-than to be less than at-most"),
        broken(entry("match: { size: { at-most: 10B } }"), 3, c("match.size"), "never carry"),
        broken(entry("match: { size: { more-than: 1MB } }"), 3, c("match.size"), "never carry"),
        broken(
            entry(
                "screen: { deny: [ { size: { at-most: 1kB } }, { size: { more-than: 900B } } ] }"),
            3,
            c("screen.deny"),
            "deny everything"),
        broken(
            entry(
                "match: { receiver: SG, size: { at-most: 1kB } }",
                "screen: { allow: { size: { more-than: 1kB } } }"),
            4,
            c("screen.allow"),
            "overlaps"),
        broken(
            entry(
                "match: { size: { at-most: 1kB } }",
                "screen: { deny: { size: { at-most: 2kB } } }"),
            4,
            c("screen.deny"),
            "deny everything"),
        broken(
            entry("parameters: { queue: q, auth: {} }"),
            3,
            c("parameters.auth"),
            "the unknown key"),
        broken(entry("description: [a]"), 3, c("description"), "a list", "text"),
        broken(entry("concurrency: 0"), 3, c("concurrency"), "\"0\"", "from 1 to 1000"),
        broken(entry("concurrency: 1001"), 3, c("concurrency"), "from 1 to 1000"),
        broken(entry("concurrency: 1.5"), 3, c("concurrency"), "a whole number"),
        broken(entry("concurrency: -1"), 3, c("concurrency"), "\"-1\""),
        broken(
            entry("retry: { attempts: five }"), 3, c("retry.attempts"), "\"five\"", "at least 1"),
        broken(entry("retry: { attempts: 99999999999 }"), 3, c("retry.attempts"), "whole number"),
        broken(entry("retry: { atempts: 5 }"), 3, c("retry.atempts"), "\"attempts\"?"),
        broken(entry("retry: 5"), 3, c("retry"), "a single value", "a map of attempts"),
        broken(entry("retry: { factor: 0.5 }"), 3, c("retry.factor"), "a number from 1 to 100"),
        broken(entry("retry: { factor: .nan }"), 3, c("retry.factor"), "a number"),
        broken(entry("retry: { first-delay: 1 }"), 3, c("retry.first-delay"), "500ms, 2s"),
        broken(entry("retry: { first-delay: 0s }"), 3, c("retry.first-delay"), "from 1ms"),
        broken(
            entry("retry: { first-delay: 10m }"),
            3,
            c("retry.first-delay"),
            "at most max-delay (5m)"),
        broken(
            entry("retry: { first-delay: 2s, max-delay: 1s }"),
            3,
            c("retry.max-delay"),
            "\"1s\"",
            "at least first-delay (2s)"),
        broken(
            "defaults: { retry: { max-delay: 1ms } }\n" + entry("retry: { first-delay: 1s }"),
            1,
            "defaults.retry.max-delay",
            "at least first-delay (1s)"),
        broken(entry("poll: { every: 99ms }"), 3, c("poll.every"), "from 100ms"),
        broken(entry("poll: { give-up-after: 500ms }"), 3, c("poll.give-up-after"), "first-after"),
        broken(entry("timeout: 11m"), 3, c("timeout"), "from 100ms to 10m"),
        broken("defaults: { timeout: fast }\n" + entry(), 1, "defaults.timeout", "\"fast\""),
        broken("defaults: { id: x }\n" + entry(), 1, "defaults.id", "unknown key"),
        broken(entry("on-unknown: retri"), 3, c("on-unknown"), "retry, hold", "\"retry\"?"),
        broken(entry("on-revoked: hold"), 3, c("on-revoked"), "resend, reject"),
        broken(entry("match: {}"), 3, c("match"), "would take every message", "receiver: \"*\""),
        broken(entry("match:"), 3, c("match"), "would take every message"),
        broken(entry("match: SG"), 3, c("match"), "a single value", "a map of sender"),
        broken(
            entry().replace("    match: { receiver: SG }\n", ""),
            2,
            c("match"),
            "would take every message"),
        broken(entry("match: { reciever: SG }"), 3, c("match.reciever"), "\"receiver\"?"),
        broken(entry("match: { receiver: sg }"), 3, c("match.receiver"), "\"sg\"", "upper case"),
        broken(entry("match: { receiver: XX }"), 3, c("match.receiver"), "assigned"),
        broken(entry("match: { receiver: [SG, S1] }"), 3, c("match.receiver[1]"), "\"S1\""),
        broken(entry("match: { receiver: S* }"), 3, c("match.receiver"), "* alone"),
        broken(entry("match: { receiver: [] }"), 3, c("match.receiver"), "an empty list"),
        broken(entry("match: { receiver: { a: b } }"), 3, c("match.receiver"), "a map"),
        broken(entry("match: { predicate: UN* }"), 3, c("match.predicate"), "after the last dot"),
        broken(entry("match: { predicate: '*.x' }"), 3, c("match.predicate"), "after the last dot"),
        broken(entry("match: { predicate: 'UN.*.*' }"), 3, c("match.predicate"), "\"UN.*.*\""),
        broken(entry("match: { predicate: '.*' }"), 3, c("match.predicate"), "after the last dot"),
        broken(entry("match: { predicate: a..b }"), 3, c("match.predicate"), "rule format"),
        broken(entry("match: { subject: '' }"), 3, c("match.subject"), "rule blank"),
        broken(entry("match: { sender: GB }"), 3, c("match.sender"), "never carry", "AU or *"),
        broken(entry("screen: {}"), 3, c("screen"), "an empty map"),
        broken(entry("screen: { deni: {} }"), 3, c("screen.deni"), "\"deny\"?"),
        broken(entry("screen: { deny: [] }"), 3, c("screen.deny"), "an empty list"),
        broken(entry("screen: { deny: [ {} ] }"), 3, c("screen.deny[0]"), "an empty map"),
        broken(entry("screen: { deny: { subject: a*b } }"), 3, c("screen.deny.subject"), "\"a*b\""),
        broken(entry("screen: { deny: { receiver: SG } }"), 3, c("screen.deny"), "never carry"),
        broken(entry("screen: { deny: { sender: AU } }"), 3, c("screen.deny"), "deny everything"),
        broken(
            entry(
                "match: { receiver: [SG, FR] }",
                "screen: { deny: [ { receiver: SG }, { receiver: FR } ] }"),
            4,
            c("screen.deny"),
            "deny everything"),
        broken(entry("screen: { allow: { receiver: FR } }"), 3, c("screen.allow"), "overlaps"),
        broken(
            entry("match: { predicate: UN.* }", "screen: { allow: { predicate: X.* } }"),
            4,
            c("screen.allow"),
            "never carry"),
        broken(
            entry("screen: { allow: { predicate: A.B }, deny: { predicate: A.* } }"),
            3,
            c("screen.deny"),
            "deny everything"),
        broken(entry("parameters: {}"), 3, c("parameters.queue"), "nothing", "kind sqs requires"),
        broken(
            entry().replace("    parameters: { queue: q }\n", ""),
            2,
            c("parameters.queue"),
            "requires queue"),
        broken(entry("parameters: [q]"), 3, c("parameters"), "a list"),
        broken(entry("parameters: { queue: q, quee: x }"), 3, c("parameters.quee"), "\"queue\"?"),
        broken(entry("parameters: { queue: ' ' }"), 3, c("parameters.queue"), "not blank"),
        broken(entry("parameters: { queue: [a] }"), 3, c("parameters.queue"), "a list"),
        broken(
            entry("parameters:", "  queue: '{{env:NONE}}'"),
            4,
            c("parameters.queue"),
            "{{env:NONE}}",
            "environment variable NONE"),
        broken(http("'{{foo}}'"), 4, c("parameters.url"), "{{env:NAME}}"),
        broken(http("'{{env:A-B}}'"), 4, c("parameters.url"), "no other placeholder"),
        broken(http("'{{env:URL'"), 4, c("parameters.url"), "}} after {{"),
        broken(http("'{{env:GARBLED}}'"), 4, c("parameters.url"), "GARBLED", "UTF-8 locale"),
        broken(http("'{{env:NESTED}}'"), 4, c("parameters.url"), "no {{ in the value"),
        broken(http("channel.example"), 4, c("parameters.url"), "an absolute http or https URL"),
        broken(http("ftp://a.example"), 4, c("parameters.url"), "\"ftp://a.example\""),
        broken(http("https:///x"), 4, c("parameters.url"), "absolute"),
        broken(http("https://u:hunter2@a.example"), 4, c("parameters.url"), "not shown"),
        broken(http("https://a.example?token=hunter2"), 4, c("parameters.url"), "not shown"),
        broken(http("https://a.example#x"), 4, c("parameters.url"), "fragment"),
        broken(http("https://a.example:99999"), 4, c("parameters.url"), "absolute"),
        broken(http("'{{env:BAD_URL}}'"), 4, c("parameters.url"), "{{env:BAD_URL}}", "not shown"),
        broken(
            entry("kind: http", "parameters: { url: 'http://a', api-key: [hunter2] }"),
            4,
            c("parameters.api-key"),
            "a list"));
  }

  @Test
  void there_are_kinds_of_broken_files_enough() {
    assertThat(files().map(a -> a.get()[0]).distinct()).hasSizeGreaterThan(100);
  }

  @Test
  void each_broken_file_is_reported() {
    // no parameters of a test: mutation testing runs each by itself, which takes much longer
    files()
        .map(Arguments::get)
        .forEach(a -> isReported((String) a[0], (int) a[1], (String) a[2], (List<?>) a[3]));
  }

  private void isReported(String yaml, int line, String path, List<?> cause) {
    InvalidChannelsException e =
        catchThrowableOfType(InvalidChannelsException.class, () -> Tables.load(folder, yaml));

    assertThat(e).as(yaml).isNotNull();
    List<Problem> errors =
        e.problems().stream().filter(p -> p.severity() == Severity.ERROR).toList();
    assertThat(errors)
        .as(yaml)
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.path()).isEqualTo(path);
              assertThat(p.line()).isEqualTo(line);
              assertThat(p.toString())
                  .contains(cause.toArray(String[]::new))
                  .doesNotContain("hunter2");
            });
  }
}
