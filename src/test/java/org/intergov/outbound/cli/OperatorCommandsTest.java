package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What operators type, against a gateway over HTTP. */
class OperatorCommandsTest {
  @TempDir Path dir;
  private TestGateway gateway;

  @BeforeEach
  void start() throws IOException {
    gateway = new TestGateway();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private void aMessage() {
    gateway.on(
        "GET /messages/AU:a%2F1%20b",
        200,
        "{\"reference\":\"AU:a/1 b\",\"sender\":\"AU\",\"receiver\":\"SG\",\"status\":\"accepted\","
            + "\"reason\":null,\"channel_id\":\"sg\",\"channel_txn_id\":\"17\","
            + "\"delivery\":{\"status\":\"posted\",\"attempts\":1,\"generation\":1}}");
    gateway.on(
        "GET /messages/AU:a%2F1%20b/journal",
        200,
        "[{\"seq\":1,\"at\":\"2026-01-01T00:00:00Z\",\"event\":\"submitted\"},"
            + "{\"seq\":2,\"at\":\"2026-01-01T00:00:01Z\",\"event\":\"posted\",\"channel_id\":\"sg\","
            + "\"channel_txn_id\":\"17\","
            + "\"attempt\":1,\"detail\":\"bell\\u0007\"}]");
  }

  @Test
  void status_shows_a_message_and_its_journal() {
    aMessage();

    Run run = Run.of("status", "AU:a/1 b", "--url", gateway.url());

    assertThat(run.exitCode()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "AU:a/1 b is accepted",
            "",
            "  from, to    AU → SG",
            "  channel     sg, known there as 17",
            "  delivery    posted, tried 1 time",
            "",
            "AT                    EVENT      CHANNEL  TRY  DETAIL",
            "2026-01-01T00:00:00Z  submitted",
            "2026-01-01T00:00:01Z  posted     sg       1    id 17; bell\\u0007");
  }

  @Test
  void status_as_json_has_both() throws IOException {
    aMessage();

    Run run = Run.of("status", "AU:a/1 b", "--json", "--url", gateway.url());

    var json = new ObjectMapper().readTree(run.out());
    assertThat(json.path("message").path("status").textValue()).isEqualTo("accepted");
    assertThat(json.path("journal")).hasSize(2);
  }

  private static final String FIVE =
      """
      [{"id":"fine","state":"open","waiting":2,"sending":1,"oldest_seconds":61,"held":0,
        "kind":"http","circuit":"closed"},
       {"id":"rests","state":"maintenance","maintenance_until":"2026-01-01T04:00:00Z","held":0,
        "circuit":"closed"},
       {"id":"weak","state":"open","waiting":17,"oldest_seconds":4000,"held":0,"circuit":"open",
        "circuit_since":"2026-01-01T02:03:04.567Z","circuit_cause":"%s",
        "next_probe_at":"2026-01-01T02:04:00.1Z"},
       {"id":"left","state":"gone","waiting":0,"held":3,"followed":5},
       {"id":"wrong","state":"paused","paused_by":"stop-after-refusals","waiting":9,
        "oldest_seconds":200000,"held":0,"circuit":"closed",
        "paused_reason":"25 refused in a row: answered 404"}]
      """;

  @Test
  void status_begins_with_what_is_wrong_and_puts_trouble_first() {
    gateway.on("GET /channels", 200, FIVE.formatted("cannot connect"));

    Run run = Run.of("status", "--url", gateway.url());

    assertThat(run.out().lines())
        .containsExactly(
            "3 of 5 channels need attention; 28 messages wait; 3 messages held, see dead-letters",
            "",
            "CHANNEL  STATE    WAITING  SENDING  OLDEST  HELD  WHY",
            "wrong    stopped  9        0        2d 7h   0     25 refused in a row: answered 404;"
                + " resume once that is fixed",
            "left     gone     0        0                3     not in the table;"
                + " deliveries still followed: 5",
            "weak     failing  17       0        1h 6m   0     cannot connect; since"
                + " 2026-01-01T02:03:04Z, next try 02:04:00Z",
            "rests    resting  0        0                0     maintenance until"
                + " 2026-01-01T04:00:00Z",
            "fine     ok       2        1        1m 1s   0");
  }

  @Test
  void status_fits_into_120_columns_and_has_the_rest_when_asked_to_be_wide() {
    gateway.on("GET /channels", 200, FIVE.formatted("cannot connect to ".repeat(20)));

    assertThat(Run.of("status", "--url", gateway.url()).out().lines())
        .allMatch(line -> line.length() <= 120)
        .anyMatch(line -> line.length() == 120 && line.endsWith("…"));
    assertThat(Run.of("status", "--wide", "--url", gateway.url()).out())
        .contains("CIRCUIT_CAUSE", "cannot connect to ".repeat(20), "KIND");
  }

  @Test
  void status_does_not_pass_over_a_lane_whose_oldest_message_waits_for_long() {
    gateway.on(
        "GET /channels",
        200,
        "[{\"id\":\"sg\",\"state\":\"open\",\"waiting\":7,\"oldest_seconds\":300,"
            + "\"circuit\":\"closed\",\"held\":0,\"last_error\":\"answered 503\"}]");

    assertThat(Run.of("status", "--url", gateway.url()).out())
        .startsWith("1 of 1 channel needs attention; 7 messages wait")
        .contains("late", "5m 0s", "last error: answered 503");
  }

  @Test
  void a_token_in_the_clear_is_warned_of_but_not_on_this_machine() throws IOException {
    gateway.on("GET /channels", 200, "[]");
    Path token = Files.writeString(dir.resolve("token-here"), "igo_x");

    assertThat(Run.of("status", "--url", gateway.url(), "--token-file", "" + token).err())
        .isEmpty();
    assertThat(
            Run.of("status", "--url", "http://gateway.invalid:1", "--token-file", "" + token).err())
        .startsWith("warning: the token goes to gateway.invalid in the clear; use https");
  }

  @Test
  void status_says_that_all_is_well_if_it_is() {
    gateway.on(
        "GET /channels",
        200,
        "[{\"id\":\"sg\",\"state\":\"open\",\"waiting\":1,\"circuit\":\"closed\",\"held\":0}]");
    assertThat(Run.of("status", "--url", gateway.url()).out())
        .startsWith("all is well: 1 channel, 1 message waits");

    gateway.on("GET /channels", 200, "[]");
    assertThat(Run.of("status", "--url", gateway.url()).out())
        .isEqualToIgnoringNewLines("the routing table has no channels");
  }

  @Test
  void an_unknown_message_is_a_failure_in_words() {
    Run run = Run.of("status", "AU:none", "--url", gateway.url());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("answered 404: not found: no such message");
  }

  @Test
  void replay_replays_the_others_when_one_cannot_be() {
    gateway.on("POST /messages/AU:1/replay", 202, "");
    gateway.on("POST /messages/AU:3/replay", 200, "{}");

    Run run = Run.of("replay", "AU:1", "AU:2", "AU:3", "--url", gateway.url());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out().lines())
        .containsExactly("AU:1 will be sent again", "AU:3 will be sent again");
    assertThat(run.err()).startsWith("AU:2: the gateway at").contains("no such message");
  }

  @Test
  void replay_by_description_sends_what_fits_and_with_dry_run_only_shows_it() {
    gateway.on(
        "GET /messages?status=rejected&channel=sg",
        200,
        """
        {"messages":[
          {"reference":"AU:1","reason":"expired","updated_at":"2026-01-01T00:00:00Z"},
          {"reference":"AU:2","reason":"refused","updated_at":"2026-01-01T00:00:00Z"},
          {"reference":"AU:3","reason":"expired","updated_at":"2126-01-01T00:00:00Z"}]}""");
    gateway.on("POST /messages/AU:1/replay", 202, "");
    String[] which = {
      "replay",
      "--status",
      "rejected",
      "--channel",
      "sg",
      "--reason",
      "expired",
      "--older-than",
      "1h",
      "--url",
      gateway.url(),
      "--dry-run"
    };

    Run dry = Run.of(which);
    Run real = Run.of(java.util.Arrays.copyOf(which, which.length - 1));

    assertThat(dry.out().lines()).containsExactly("AU:1 would be sent again");
    assertThat(real.out().lines()).containsExactly("AU:1 will be sent again");
    assertThat(real.exitCode()).isZero();
  }

  @Test
  void replay_wants_messages_or_a_description_and_not_both() {
    assertThat(Run.of("replay").exitCode()).isEqualTo(2);
    assertThat(Run.of("replay", "AU:1", "--status", "held").exitCode()).isEqualTo(2);
    assertThat(Run.of("replay", "--status", "accepted").err()).contains("held or rejected");
  }

  @Test
  void resolve_says_what_was_found_out() {
    gateway.on("POST /messages/AU:1/resolve", 200, "{}");

    Run run =
        Run.of("resolve", "AU:1", "--delivered", "--reason", "they called", "--url", gateway.url());

    assertThat(run.out().lines()).containsExactly("AU:1 is accepted");
    assertThat(Run.of("resolve", "AU:1", "--reason", "x").exitCode()).isEqualTo(2);
    assertThat(
            Run.of("resolve", "AU:1", "--delivered", "--not-delivered", "--reason", "x").exitCode())
        .isEqualTo(2);
    assertThat(Run.of("resolve", "AU:1", "--delivered").exitCode()).isEqualTo(2);
  }

  @Test
  void replay_and_resolve_as_json_say_what_became_of_each() throws IOException {
    gateway.on("POST /messages/AU:1/replay", 202, "{}");
    gateway.on("POST /messages/AU:1/resolve", 200, "{\"delivered\":false}");

    Run replay = Run.of("replay", "AU:1", "AU:2", "--json", "--url", gateway.url());
    Run resolve =
        Run.of(
            "resolve",
            "AU:1",
            "--not-delivered",
            "--reason",
            "gone",
            "--json",
            "--url",
            gateway.url());

    List<String> lines = replay.out().lines().toList();
    assertThat(replay.exitCode()).isEqualTo(1);
    assertThat(lines.get(0)).isEqualTo("{\"name\":\"AU:1\",\"replayed\":true,\"error\":null}");
    var second = new ObjectMapper().readTree(lines.get(1));
    assertThat(second.path("replayed").asBoolean()).isFalse();
    assertThat(second.path("error").asText()).contains("no such message");
    assertThat(resolve.out()).isEqualToIgnoringNewLines("{\"delivered\":false}");
  }

  @Test
  void pause_gives_the_reason_and_wants_one() {
    gateway.on(
        "POST /channels/to%20sg/pause?reason=they%20asked%20%26%20we%20agreed",
        200, "{\"id\":\"to sg\",\"state\":\"paused\"}");
    String[] pause = {
      "pause", "to sg", "--reason", "they asked & we agreed", "--url", gateway.url()
    };

    assertThat(Run.of(pause).out().lines()).containsExactly("to sg is paused");
    assertThat(Run.of("pause", "to sg", "--url", gateway.url()).exitCode()).isEqualTo(2);
  }

  @Test
  void resume_lets_a_channel_go_on() {
    gateway.on("POST /channels/sg/resume", 200, "{\"id\":\"sg\",\"state\":\"open\"}");

    Run run = Run.of("resume", "sg", "--url", gateway.url());
    Run json = Run.of("resume", "sg", "--json", "--url", gateway.url());
    Run none = Run.of("resume", "fr", "--url", gateway.url());

    assertThat(run.out().lines()).containsExactly("sg is resumed");
    assertThat(json.out()).isEqualToIgnoringNewLines("{\"id\":\"sg\",\"state\":\"open\"}");
    assertThat(none.exitCode()).isEqualTo(1);
  }

  @Test
  void reload_says_what_has_changed() {
    gateway.on(
        "POST /channels/reload",
        200,
        """
        {"added":["fr"],"changed":["gb","sg"],"removed":[],"reordered":false,"entries":3,"version":7}""");

    assertThat(Run.of("reload", "--url", gateway.url()).out().lines())
        .containsExactly("version 7 is in force, 3 channels: added fr; changed gb, sg");
  }

  @Test
  void reload_of_a_broken_file_prints_every_problem_of_it() {
    gateway.on(
        "POST /channels/reload",
        422,
        """
        {"title":"Unusable routing table","detail":"It stays.","errors":[
          {"severity":"error","file":"c.yaml","line":3,"path":"channels[0].mach","found":"it","expected":"match"},
          {"severity":"warning","file":"c.yaml","line":4,"path":"p","found":"a","expected":"b"},
          {"severity":"error","file":"c.yaml","line":0,"path":"","found":"no\\u0007thing","expected":"a table"}]}""");

    Run run = Run.of("reload", "--url", gateway.url());

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            "the gateway at " + gateway.url() + " answered 422: Unusable routing table: It stays.",
            "c.yaml:3: channels[0].mach: found it, expected match",
            "c.yaml:4: warning: p: found a, expected b",
            "c.yaml: found no\\u0007thing, expected a table");
  }

  /** Each command that calls a gateway, as an operator would type it. */
  private static List<List<String>> calling() {
    return List.of(
        List.of("status"),
        List.of("status", "AU:1"),
        List.of("dead-letters"),
        List.of("replay", "AU:1"),
        List.of("replay", "--status", "held"),
        List.of("resolve", "AU:1", "--delivered", "--reason", "x"),
        List.of("pause", "sg", "--reason", "x"),
        List.of("resume", "sg"),
        List.of("reload"));
  }

  private static Run with(List<String> command, String url) {
    List<String> all = new ArrayList<>(command);
    all.addAll(List.of("--url", url));
    return Run.of(all.toArray(String[]::new));
  }

  @Test
  void every_command_says_so_when_no_gateway_runs() {
    String nobody = gateway.url();
    gateway.close();
    for (List<String> command : calling()) {
      Run run = with(command, nobody);
      assertThat(run.exitCode()).as("%s", command).isEqualTo(1);
      assertThat(run.err())
          .as("%s", command)
          .contains("no gateway answers at " + nobody, "connection refused", "run", "--url");
    }
  }

  @Test
  void every_command_says_what_its_token_lacks() {
    String lacks =
        "{\"title\":\"Role missing\",\"detail\":\"The token of portal lacks the role operate.\"}";
    gateway.always(403, lacks);
    for (List<String> command : calling()) {
      Run run = with(command, gateway.url());
      assertThat(run.exitCode()).as("%s", command).isEqualTo(1);
      assertThat(run.err()).as("%s", command).contains("403", "portal lacks the role operate");
    }
    gateway.always(401, "{\"title\":\"Token required\"}");
    for (List<String> command : calling()) {
      assertThat(with(command, gateway.url()).err()).as("%s", command).contains("--token-file");
    }
  }

  @Test
  void dead_letters_reads_every_page() {
    gateway.on(
        "GET /messages?status=held",
        200,
        "{\"messages\":[{\"reference\":\"AU:1\",\"status\":\"held\"}],\"next\":\"c 1\"}");
    gateway.on(
        "GET /messages?status=held&after=c%201",
        200, "{\"messages\":[{\"reference\":\"AU:2\",\"status\":\"held\"}],\"next\":null}");
    gateway.on(
        "GET /messages?status=rejected",
        200,
        "{\"messages\":[{\"reference\":\"AU:3\",\"status\":\"rejected\",\"reason\":\"refused\"}]}");
    gateway.on(
        "GET /parked",
        200,
        "{\"parked\":[{\"queue\":\"message_updates\",\"seq\":7,\"reference\":\"AU:4\",\"last_error\":\"gone\"}]}");
    gateway.on(
        "GET /receipts",
        200,
        "{\"receipts\":[{\"seq\":1,\"channel_id\":\"gb\",\"receipt_id\":\"m-5\",\"error\":\"not JSON\"}]}");

    Run table = Run.of("dead-letters", "--url", gateway.url());
    Run json = Run.of("dead-letters", "--json", "--url", gateway.url());

    assertThat(table.exitCode()).isZero();
    assertThat(table.out().lines()).hasSize(6);
    assertThat(table.out())
        .containsSubsequence(
            "REFERENCE",
            "AU:1",
            "AU:2",
            "AU:3",
            "refused",
            "AU:4",
            "message_updates/7",
            "m-5: not JSON");
    assertThat(json.out().lines()).hasSize(5).allMatch(line -> line.startsWith("{"));
  }

  @Test
  void no_dead_letters_is_said() {
    gateway.on("GET /messages?status=held", 200, "{\"messages\":[],\"next\":null}");
    gateway.on("GET /messages?status=rejected", 200, "{\"messages\":[],\"next\":null}");
    gateway.on("GET /parked", 200, "{\"parked\":[],\"next\":null}");
    gateway.on("GET /receipts", 200, "{\"receipts\":[],\"next\":null}");

    assertThat(Run.of("dead-letters", "--url", gateway.url()).out())
        .contains("nothing waits for an operator");
  }

  @Test
  void a_token_is_sent_from_its_file() throws IOException {
    gateway.on("GET /channels", 200, "[]");
    String file = Files.writeString(dir.resolve("token"), "s3cret\n").toString();

    Run run = Run.of("status", "--url", gateway.url(), "--token-file", file);

    assertThat(run.exitCode()).isZero();
    assertThat(gateway.requests()).containsExactly("GET /channels Bearer s3cret");
    assertThat(Run.of("status", "--token-file", file + "x").exitCode()).isEqualTo(2);
  }

  @Test
  void something_that_is_not_a_gateway_is_named() {
    gateway.on("GET /channels", 200, "<html>");

    assertThat(Run.of("status", "--url", gateway.url()).err()).contains("is not a gateway");
  }

  @Test
  void an_unknown_host_is_named() {
    Run run = Run.of("status", "--url", "http://no-such-host.invalid:1");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("no gateway answers at", "unknown host");
  }
}
