package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Submitting to a gateway over HTTP: formats, retries, errors, exit codes. */
class SubmitCommandTest {
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

  private static String message(String ref) {
    return "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"s\",\"obj\":\"o\","
        + "\"predicate\":\"p\",\"sender_ref\":\""
        + ref
        + "\"}";
  }

  private static String withoutRef(String subject) {
    return "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"" + subject + "\"}";
  }

  private String file(String content) throws IOException {
    return Files.writeString(dir.resolve("in.ndjson"), content).toString();
  }

  private Run submit(String file, String... more) {
    String[] args = new String[4 + more.length];
    args[0] = "submit";
    args[1] = file;
    args[2] = "--url";
    args[3] = gateway.url();
    System.arraycopy(more, 0, args, 4, more.length);
    return Run.of(args);
  }

  @Test
  void a_file_is_submitted_in_batches() throws IOException {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 25; i++) {
      lines.append(message("r" + i)).append(i % 2 == 0 ? "\r\n" : "\n\n");
    }

    Run run = submit(file(lines.toString()), "--batch", "10");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).matches("25 submitted, 0 already there, 0 invalid, in \\d+\\.\\d s\\R");
    assertThat(run.err()).isEmpty();
    assertThat(gateway.batches()).containsExactly(10, 10, 5);
    assertThat(gateway.stored()).hasSize(25).containsKey("AU:r24");
  }

  @Test
  void errors_name_file_line_field_rule_and_detail() throws IOException {
    String file =
        file(
            message("a")
                + "\n\n{\"sender\":\"AU\"}\n"
                + "{\"sender\":\n"
                + "{\"a\":1,\"a\":2}\n"
                + "[]\n"
                + message("x".repeat(70_000))
                + "\n"
                + message("b"));

    Run run = submit(file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).startsWith("2 submitted, 0 already there, 5 invalid");
    assertThat(run.err())
        .contains(file + ":3: receiver: required: a message has a receiver")
        .contains(file + ":4: message: json: Unexpected end-of-input")
        .contains(file + ":5: message: json: Duplicate field 'a'")
        .contains(file + ":6: message: object: expected a JSON object, found: array")
        .contains(file + ":7: message: size: longer than 65536 bytes");
  }

  @Test
  void one_object_over_several_lines_is_one_message() throws IOException {
    Run run = submit(file(new ObjectMapper().readTree(message("a")).toPrettyString()));

    assertThat(run.exitCode()).isZero();
    assertThat(gateway.stored()).containsOnlyKeys("AU:a");
  }

  @Test
  void an_array_is_read_element_by_element_and_errors_name_its_lines() throws IOException {
    String file =
        file("[\n" + message("a") + ",\n{\"sender\":\"AU\"},\n7,\n" + message("b") + "\n]\n");

    Run run = submit(file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains(file + ":3: receiver: required")
        .contains(file + ":4: message: object: expected a JSON object");
    assertThat(gateway.stored()).containsOnlyKeys("AU:a", "AU:b");
  }

  @Test
  void a_broken_array_stores_what_came_before() throws IOException {
    String file = file("[" + message("a") + ",\n" + message("b") + "\n" + message("c") + "]");

    Run run = submit(file);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(file + ":3: message: json:").contains("nothing from here on");
    assertThat(gateway.stored()).containsOnlyKeys("AU:a", "AU:b");
  }

  @Test
  void an_oversize_array_element_is_passed_over() throws IOException {
    Run run = submit(file("[" + message("x".repeat(70_000)) + ",\n" + message("b") + "]"));

    assertThat(run.err()).contains(":1: message: size: longer than 65536 bytes");
    assertThat(gateway.stored()).containsOnlyKeys("AU:b");
  }

  @Test
  void standard_input_is_read_when_no_file_is_named() {
    InputStream before = System.in;
    byte[] input = ("\uFEFF" + message("a")).getBytes(StandardCharsets.UTF_8);
    System.setIn(new ByteArrayInputStream(input));
    try {
      Run run = Run.of("submit", "--url", gateway.url() + "/");
      assertThat(run.exitCode()).isZero();
      assertThat(run.out()).startsWith("1 submitted");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void a_gateway_that_takes_nothing_now_is_tried_again() throws IOException {
    gateway.first(503, "0", "{\"title\":\"starting\",\"detail\":\"the database is not there\"}");
    gateway.first(503, null, "");

    Run run = submit(file(message("a")));

    assertThat(run.exitCode()).isZero();
    assertThat(run.err())
        .contains("answered 503: starting: the database is not there; trying again for up to 60 s")
        .hasLineCount(1);
    assertThat(gateway.batches()).containsExactly(1);
  }

  @Test
  void only_the_lines_without_a_final_result_are_sent_again() throws IOException {
    gateway.busyOnceFor("two");

    Run run =
        submit(file(withoutRef("one") + "\n" + withoutRef("two") + "\n" + withoutRef("three")));

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("3 submitted, 0 already there, 0 invalid");
    assertThat(gateway.batches()).containsExactly(3, 1);
  }

  @Test
  void refused_lines_wait_as_long_as_the_gateway_says() throws IOException {
    gateway.first(200, "3", "{\"line\":1,\"status\":503}\n{\"line\":2,\"status\":503}\n");

    Run run = submit(file(message("a") + "\n" + message("b")), "--retry-for", "2s");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(":1: stopped: the gateway has not taken 2 messages yet");
    assertThat(gateway.requests()).hasSize(1);
  }

  @Test
  void a_lost_reply_never_makes_a_second_message() throws IOException {
    gateway.first(0, null, "");

    Run run = submit(file(withoutRef("one") + "\n" + message("mine")));

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).startsWith("1 submitted, 1 already there, 0 invalid");
    assertThat(gateway.batches()).startsWith(2).hasSizeGreaterThan(1);
    assertThat(gateway.stored()).hasSize(2);
  }

  @Test
  void messages_already_there_are_no_failure() throws IOException {
    String file = file(message("a"));
    submit(file);

    Run run = submit(file, "--json");

    assertThat(run.exitCode()).isZero();
    JsonNode summary = new ObjectMapper().readTree(run.out());
    assertThat(summary.path("submitted").asInt()).isZero();
    assertThat(summary.path("already_there").asInt()).isEqualTo(1);
    assertThat(summary.path("invalid").asInt()).isZero();
    assertThat(summary.path("seconds").isNumber()).isTrue();
  }

  @Test
  void a_refusal_of_the_whole_request_stops_where_it_was() throws IOException {
    gateway.first(403, null, "{\"title\":\"forbidden\",\"detail\":\"this is the gateway of NZ\"}");

    Run run = submit(file("\n" + message("a") + "\n" + message("b")), "--batch", "1");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains(":2: stopped:").contains("forbidden: this is the gateway of NZ");
    assertThat(run.out()).startsWith("0 submitted, 0 already there, 0 invalid, stopped at line 2");
    assertThat(gateway.requests()).hasSize(1);
  }

  @Test
  void a_batch_that_a_proxy_finds_too_large_is_halved_until_it_fits() throws IOException {
    gateway.first(413, null, "<html>Request Entity Too Large</html>");
    gateway.first(413, null, "<html>Request Entity Too Large</html>");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      lines.append(message("h" + i)).append('\n');
    }

    Run run = submit(file(lines.toString()), "--batch", "10");

    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out()).startsWith("20 submitted");
    assertThat(gateway.batches()).allMatch(b -> b <= 2);
    assertThat(gateway.stored()).hasSize(20);
  }

  @Test
  void one_message_that_is_too_large_is_said_to_be() throws IOException {
    gateway.first(413, null, "<html>Request Entity Too Large</html>");

    Run run = submit(file(message("one")), "--batch", "1");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err()).contains("413");
  }

  @Test
  void without_a_gateway_it_says_what_to_do() throws IOException {
    gateway.close();

    Run run = submit(file(message("a")), "--retry-for", "0s");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.err())
        .contains("no gateway answers at " + gateway.url() + " (connection refused); start it with")
        .contains("--url");
  }

  @Test
  void quiet_prints_errors_only() throws IOException {
    Run run = submit(file("{\"sender\":\"AU\"}"), "--quiet");

    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("receiver: required");
  }

  @Test
  void wrong_usage_exits_2() throws IOException {
    assertThat(submit(dir.resolve("missing").toString()).exitCode()).isEqualTo(2);
    assertThat(submit(dir.resolve("missing").toString()).err()).contains("missing: no such file");
    assertThat(submit(dir.toString()).exitCode()).isEqualTo(2);
    String file = file(message("a"));
    assertThat(submit(file, "--batch", "0").exitCode()).isEqualTo(2);
    assertThat(submit(file, "--retry-for", "10").err()).contains("'10' is not a duration");
    assertThat(Run.of("submit", file, "--url", "localhost:80").err()).contains("not an address");
    assertThat(gateway.requests()).isEmpty();
  }
}
