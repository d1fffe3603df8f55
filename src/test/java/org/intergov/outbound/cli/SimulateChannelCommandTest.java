package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.simulator.ChannelSimulator;
import org.intergov.outbound.simulator.Options;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The simulated channel as a command. */
class SimulateChannelCommandTest {

  @Test
  void it_prints_its_address_serves_and_prints_statistics_when_stopped()
      throws IOException, InterruptedException {
    StringWriter out = new StringWriter();
    AtomicInteger exitCode = new AtomicInteger(-1);
    Thread command =
        new Thread(
            () ->
                exitCode.set(
                    Cli.commandLine()
                        .setOut(new PrintWriter(out))
                        .execute("simulate-channel", "--refuse", "1", "--confirm-after", "0s")));
    command.start();
    await().until(() -> out.toString().contains("\n"));
    String url = out.toString().strip();

    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/messages"))
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"sender\":\"AU\",\"receiver\":\"SG\",\"subject\":\"s\",\"obj\":\"o\","
                        + "\"predicate\":\"p\"}"))
            .build();
    int status = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).statusCode();
    command.interrupt();
    command.join();

    assertThat(status).isEqualTo(400);
    assertThat(exitCode).hasValue(0);
    assertThat(out.toString().lines().skip(1))
        .singleElement()
        .asString()
        .startsWith("{\"posts\":1,")
        .contains("\"refused\":1");
  }

  @ParameterizedTest
  @CsvSource({
    "--refuse, 1.5, is not a fraction between 0 and 1",
    "--refuse, NaN, is not a fraction",
    "--revoke, x, is not a fraction",
    "--latency, 5, is not a duration",
    "--latency, -5ms, is not a duration",
    "--latency, 5min, is not a duration",
    "--port, 70000, is not between 0 and 65535",
    "--seed, x, --seed"
  })
  void wrong_values_exit_2_and_say_what_was_expected(String option, String value, String words) {
    Run run = Run.of("simulate-channel", option + "=" + value);

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains(option.substring(2)).contains(value).contains(words);
  }

  @Test
  void odds_over_one_exit_2() {
    Run run = Run.of("simulate-channel", "--unavailable", "0.7", "--lose-reply", "0.7");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("add up to 1 at most");
  }

  @Test
  void a_taken_port_exits_1() {
    try (ChannelSimulator other = ChannelSimulator.start(Options.defaults())) {
      Run run = Run.of("simulate-channel", "--port", "" + other.port());

      assertThat(run.exitCode()).isEqualTo(1);
      assertThat(run.err()).contains("cannot listen on 127.0.0.1:" + other.port());
    }
  }
}
