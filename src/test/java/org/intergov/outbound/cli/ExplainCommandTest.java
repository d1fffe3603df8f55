package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.intergov.outbound.Tables;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.routing.RoutingTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Explaining one message, and the difference that an edit makes to many. */
class ExplainCommandTest {
  private static final String PRESENT =
      """
      channels:
        - { id: sg, match: { receiver: SG }, kind: http, parameters: { url: http://a.example } }
        - { id: gb, match: { receiver: GB }, kind: http, parameters: { url: http://b.example } }
        - { id: nz, match: { receiver: NZ }, kind: http, parameters: { url: http://c.example } }
      """;

  /** Large messages to Singapore go elsewhere, Britain is gone, France is new. */
  private static final String EDITED =
      """
      channels:
        - id: sg
          match: { receiver: SG, size: { at-most: 150B } }
          kind: http
          parameters: { url: http://a.example }
        - { id: sg-large, match: { receiver: SG }, kind: http, parameters: { url: http://a.example } }
        - { id: nz, match: { receiver: NZ }, kind: http, parameters: { url: http://c.example } }
        - { id: fr, match: { receiver: FR }, kind: http, parameters: { url: http://d.example } }
      """;

  @TempDir Path folder;

  private String file(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content).toString();
  }

  private static String message(String receiver, String ref, int size) {
    return "{\"sender\":\"AU\",\"receiver\":\"%s\",\"sender_ref\":\"%s\",\"subject\":\"%s\","
            .formatted(receiver, ref, "s".repeat(size))
        + "\"obj\":\"o\",\"predicate\":\"p\"}\n";
  }

  private String samples() throws IOException {
    return file(
        "samples.ndjson",
        message("SG", "small", 1)
            + message("SG", "large", 500)
            + "{ no message\n"
            + message("GB", "british", 1)
            + "\n"
            + message("XX", "nowhere", 1)
            + message("FR", "french", 1)
            + message("NZ", "same", 1));
  }

  @Test
  void an_edit_is_explained_over_a_sample() throws IOException {
    String present = file("present.yaml", PRESENT);
    String edited = file("edited.yaml", EDITED);

    Run run = Run.of("explain", "--all", edited, samples(), "--channels", present);

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out())
        .contains("channels added: sg-large, fr")
        .contains("channels removed: gb")
        .contains("channels changed: sg")
        .contains("5 messages: 3 would change, 1 of them would lose their route, 1 would get one")
        .containsPattern("1 +sg +sg-large +AU:large \\(line 2\\)")
        .containsPattern("1 +gb +\\(no route\\) +AU:british \\(line 4\\)")
        .containsPattern("1 +\\(no route\\) +fr +AU:french \\(line 7\\)");
    assertThat(run.err())
        .contains("line 3: not a message: ")
        .contains("line 6: not a message: receiver");
  }

  @Test
  void a_script_gets_json_and_an_exit_code() throws IOException {
    String present = file("present.yaml", PRESENT);
    String edited = file("edited.yaml", EDITED);

    Run run =
        Run.of(
            "explain",
            "--all",
            "--json",
            "--fail-on-change",
            edited,
            samples(),
            "--channels",
            present);

    assertThat(run.exitCode()).isEqualTo(1);
    JsonNode report = new ObjectMapper().readTree(run.out());
    assertThat(report.path("messages").asInt()).isEqualTo(5);
    assertThat(report.path("changed").asInt()).isEqualTo(3);
    assertThat(report.path("no_longer_routable").asInt()).isEqualTo(1);
    assertThat(report.path("bad_lines").asInt()).isEqualTo(2);
    assertThat(report.at("/first_bad_lines/0/line").asInt()).isEqualTo(3);
    assertThat(report.path("moves"))
        .extracting(m -> m.path("from").asText() + ">" + m.path("to").asText())
        .containsExactlyInAnyOrder("sg>sg-large", "gb>null", "null>fr");
    assertThat(run.err()).isEmpty();
    Run same =
        Run.of("explain", "--all", "--fail-on-change", present, samples(), "--channels", present);
    assertThat(same.exitCode()).isZero();
    assertThat(same.err()).contains("both tables are " + present);
  }

  @Test
  void a_sample_without_a_message_is_a_failure_and_a_broken_table_wrong_usage() throws IOException {
    String present = file("present.yaml", PRESENT);
    String bad = file("bad.ndjson", "x\ny\n");

    assertThat(Run.of("explain", "--all", present, bad, "--channels", present).exitCode())
        .isEqualTo(1);
    Run broken =
        Run.of("explain", "--all", file("broken.yaml", "channels: []"), bad, "--channels", present);
    assertThat(broken.exitCode()).isEqualTo(2);
    assertThat(broken.err()).contains("broken.yaml:1: channels");
    assertThat(Run.of("explain", "--all", present).exitCode()).isEqualTo(2);
    assertThat(Run.of("explain", "--all", present, "no-such-file").exitCode()).isEqualTo(2);
    assertThat(Run.of("explain", present, bad).exitCode()).isEqualTo(2);
  }

  @Test
  void one_message_is_explained_for_any_moment() throws IOException {
    String table =
        file(
            "timed.yaml",
            """
            channels:
              - id: until-june
                match: { receiver: SG }
                active: { until: 2026-06-01T00:00:00Z }
                kind: http
                parameters: { url: http://a.example }
              - id: since
                match: { receiver: SG }
                maintenance: { from: Sun 02:00, until: Sun 04:00, zone: UTC }
                kind: http
                parameters: { url: http://a.example }
            """);
    String message = file("message.json", message("SG", "a", 1));

    Run may = Run.of("explain", table, "--message", message, "--at", "2026-05-31T23:59:59+00:00");
    assertThat(may.exitCode()).isZero();
    assertThat(may.out()).startsWith("carried by until-june").contains("WOULD_BE_NEXT");
    Run june =
        Run.of(
            "explain",
            "--json",
            "--channels",
            table,
            "--message",
            message,
            "--at",
            "2026-06-07T03:00:00Z");
    JsonNode explanation = new ObjectMapper().readTree(june.out());
    assertThat(explanation.path("channel").asText()).isEqualTo("since");
    assertThat(explanation.at("/entries/0/verdict").asText()).isEqualTo("inactive");
    assertThat(explanation.at("/entries/1/waits_until").asText()).isEqualTo("2026-06-07T04:00:00Z");
    Run wrong = Run.of("explain", table, "--message", message, "--at", "tomorrow");
    assertThat(wrong.exitCode()).isEqualTo(2);
    assertThat(wrong.err()).contains("tomorrow", "2026-12-01T02:00:00+11:00");
  }

  @Test
  void a_long_sample_is_held_line_by_line_and_its_examples_are_few() throws Exception {
    RoutingTable present = Tables.load(Path.of(file("p.yaml", PRESENT)), "AU").table();
    RoutingTable edited = Tables.load(Path.of(file("e.yaml", EDITED)), "AU").table();
    MessageReader reader = new MessageReader(new MessageRules("AU"), 65_536);
    TableComparison comparison = new TableComparison(present, edited, Instant.EPOCH, reader);
    byte[] json = message("GB", "same-ref", 1).getBytes(java.nio.charset.StandardCharsets.UTF_8);
    long[] line = {0};

    comparison.addAll(
        () -> {
          line[0]++;
          if (line[0] % 4 == 0) {
            return Line.wrong(line[0], "json", "bad");
          }
          return line[0] > 100_000 ? null : new Line(line[0], json, false, null);
        });

    assertThat(comparison.messages()).isEqualTo(75_000);
    assertThat(comparison.noLongerRoutable()).isEqualTo(75_000);
    assertThat(comparison.moves()).hasSize(1);
    assertThat(comparison.moves().get(0).examples())
        .extracting(TableComparison.Example::line)
        .isEqualTo(List.of(1L, 2L, 3L, 5L, 6L));
    assertThat(comparison.badLines()).isEqualTo(25_000);
    assertThat(comparison.firstBadLines()).hasSize(TableComparison.MOST_BAD_LINES);
  }
}
