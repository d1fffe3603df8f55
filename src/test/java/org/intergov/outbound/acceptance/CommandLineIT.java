package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.acceptance.Command.Ended;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The JAR's commands. */
@Execution(ExecutionMode.CONCURRENT)
class CommandLineIT {
  @RegisterExtension final GatewayExtension gateways = GatewayExtension.onDemand();

  @TempDir Path directory;

  private Ended run(String... arguments) {
    return Command.run(directory, Map.of(), arguments);
  }

  /** What each of them says of itself is in {@code CliTest}. */
  @Test
  void the_help_of_all_names_every_command_and_the_exit_codes() {
    Ended help = run("--help");
    assertThat(help.code()).isZero();
    assertThat(help.out())
        .contains("run", "demo", "check", "explain", "submit", "status", "replay")
        .contains("dead-letters", "simulate-channel", "Exit codes");
    assertThat(run("--version").code()).isZero();
  }

  @Test
  void what_is_no_command_is_wrong_usage() {
    assertThat(run("sumbit").code()).isEqualTo(2);
    assertThat(run("submit", "no-such-file.ndjson").code()).isEqualTo(2);
  }

  @Test
  @Tag("thorough")
  void the_demo_shows_every_ending_and_ends_well() {
    Ended demo = run("demo", "--messages", "100");
    assertThat(demo.code()).as(demo.out() + demo.err()).isZero();
    assertThat(demo.out())
        .contains("accepted", "refused", "no_route", "undeliverable", "held")
        .doesNotContain("Exception");
  }

  @Test
  void check_says_what_run_would_say() throws IOException {
    String good =
        """
        channels:
          - id: sg-shared-db
            match: { receiver: SG }
            kind: http
            parameters: { url: "http://127.0.0.1:9" }
        """;
    Path file = Files.writeString(directory.resolve("good.yaml"), good);
    Ended verdict = run("check", file.toString());
    assertThat(verdict.code()).as(verdict.err()).isZero();
    assertThat(verdict.out()).contains("good, 1 channel");

    Path bad = Files.writeString(directory.resolve("bad.yaml"), good.replace("match", "mach"));
    verdict = run("check", bad.toString());
    assertThat(verdict.code()).isEqualTo(2);
    assertThat(verdict.err()).contains("bad.yaml:3").contains("mach").contains("match");
    assertThat(run("check", "no-such.yaml").code()).isEqualTo(2);
  }

  @Test
  void messages_of_a_file_are_submitted_and_their_status_is_shown() throws IOException {
    TestChannel channel = gateways.channelServer();
    GatewayProcess gateway = gateways.process("command-line");
    gateway
        .database(PostgresServer.shared().create("command_line"))
        .channels(channel.table("poll: { first-after: 100ms, every: 500ms }"))
        .start();
    String url = gateway.api().base();
    List<Sent> messages = Sent.many("SG", "by-file", 50);
    Path file = Files.writeString(directory.resolve("messages.ndjson"), Api.lines(messages));
    Ended submitted = run("submit", "--url", url, file.toString());
    assertThat(submitted.code()).as(submitted.err()).isZero();
    assertThat(submitted.out()).contains("50");
    gateway.api().awaitStatus(messages, "accepted");
    assertThat(run("submit", "--url", url, file.toString()).code()).as("again").isZero();
    assertThat(channel.repeated()).isEmpty();

    String bad = messages.get(0).json() + "\n{\"sender\": \"au\"}\n";
    Path mixed = Files.writeString(directory.resolve("mixed.ndjson"), bad);
    Ended partly = run("submit", "--url", url, mixed.toString());
    assertThat(partly.code()).isEqualTo(1);
    assertThat(partly.out() + partly.err()).contains("2").contains("sender");

    Ended status = run("status", "--url", url, messages.get(0).reference());
    assertThat(status.code()).as(status.err()).isZero();
    assertThat(status.out()).contains("accepted", "submitted", "posted", "confirmed");
    Ended lanes = run("status", "--url", url);
    assertThat(lanes.code()).isZero();
    assertThat(lanes.out()).contains("sg-shared-db");
    assertThat(run("status", "--url", url, "AU:nobody").code()).isEqualTo(1);
    assertThat(run("replay", "--url", url, messages.get(0).reference()).code()).isEqualTo(1);
    assertThat(run("dead-letters", "--url", url).code()).isZero();
  }

  @Test
  void a_gateway_that_is_not_there_is_told_in_words() {
    Ended status = run("status", "--url", "http://127.0.0.1:" + Ports.free());
    assertThat(status.code()).isEqualTo(1);
    assertThat(status.err()).contains("127.0.0.1").doesNotContain("\tat ");
  }
}
