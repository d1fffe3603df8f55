package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.management.JMException;
import javax.management.Notification;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What those who watch a gateway from another process see: MBeans, figures, health. */
@Execution(ExecutionMode.CONCURRENT)
class MonitoringIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String DOMAIN = "org.intergov.outbound:";
  private static final String OUTBOX = DOMAIN + "type=Queue,name=delivery_outbox";

  private static final TestChannel COUNTED = new TestChannel();
  private static final TestChannel REFUSING = new TestChannel();
  private static final TestChannel PAUSED = new TestChannel();
  private static final TestChannel DYING = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("monitoring")
          .with(COUNTED, REFUSING, PAUSED, DYING)
          .setting("INTERGOV_MONITORING_BACKLOG", "5")
          .setting("INTERGOV_LOG_FORMAT", "json")
          .channels(
              """
              defaults:
                retry: { attempts: 1000, first-delay: 100ms, factor: 2, max-delay: 500ms }
                poll: { first-after: 100ms, every: 1s }
              channels:
                - { id: sg, match: { receiver: SG }, kind: http, parameters: { url: "%s" } }
                - { id: gb, match: { receiver: GB }, kind: http, parameters: { url: "%s" } }
                - { id: jp, match: { receiver: JP }, kind: http, parameters: { url: "%s" },
                    circuit: { window: 4, minimum: 4, wait: 500ms, max-wait: 1s } }
                - { id: nz, match: { receiver: NZ }, kind: http, parameters: { url: "%s" } }
              """
                  .formatted(COUNTED.url(), PAUSED.url(), DYING.url(), REFUSING.url()));

  private static final Api API = GATEWAY.api();
  private static Jmx jmx;

  /** What was told of the backlog since the start. */
  private static List<Notification> backlogs;

  @BeforeAll
  static void start() throws JMException, IOException {
    jmx = GATEWAY.closing(Jmx.of(GATEWAY.process()));
    backlogs = jmx.listen(OUTBOX);
    await("the lanes are shown").until(() -> jmx.count(channel("*")) == 4);
  }

  private static String channel(String id) {
    return DOMAIN + "type=Channel,id=" + id;
  }

  private static long number(String bean, String attribute) {
    return ((Number) jmx.attribute(bean, attribute)).longValue();
  }

  @Test
  void everything_is_described() throws JMException, IOException {
    for (String bean : List.of(channel("sg"), OUTBOX, DOMAIN + "type=RoutingTable")) {
      jmx.descriptions(bean)
          .forEach((name, says) -> assertThat(says).as(bean + " " + name).contains(" "));
    }
    assertThat(jmx.descriptions(channel("sg")))
        .containsKeys("InFlight", "Posted", "Refused", "Unavailable", "Unknown", "Circuit")
        .containsKeys("LastError", "Paused", "pause", "resume");
    assertThat(jmx.descriptions(OUTBOX))
        .containsKeys("Depth", "OldestAgeSeconds", "Locked", "Stuck", "AsOf", "replay");
    assertThat(jmx.count("org.apache.camel:context=intergov-outbound,*")).isGreaterThan(10);
  }

  @Test
  void counters_over_jmx_and_at_metrics_agree_with_the_channels_own_log() throws Exception {
    List<Sent> messages = Sent.many("SG", "counted", 40);
    COUNTED.on(messages.get(3), Reply.status(400));
    COUNTED.on(messages.get(5), Reply.status(503), Reply.accept());
    COUNTED.on(messages.get(6), Reply.reset());
    API.submit(messages);
    for (Sent message : messages) {
      API.awaitStatus(message, message == messages.get(3) ? "rejected" : "accepted");
    }
    assertThat(COUNTED.posts()).hasSize(42);
    String sg = channel("sg");
    assertThat(number(sg, "Posted")).isEqualTo(39);
    assertThat(number(sg, "Refused")).isEqualTo(1);
    assertThat(number(sg, "Unavailable")).isEqualTo(1);
    assertThat(number(sg, "Unknown")).isEqualTo(1);
    assertThat(number(sg, "InFlight")).isZero();
    assertThat((String) jmx.attribute(sg, "LastError")).isNotEmpty();

    String metrics = get("/observe/metrics");
    assertThat(metrics)
        .contains(
            "intergov_channel_posts_total{channel=\"sg\",outcome=\"posted\"} 39.0",
            "intergov_channel_posts_total{channel=\"sg\",outcome=\"refused\"} 1.0",
            "intergov_channel_posts_total{channel=\"sg\",outcome=\"unavailable\"} 1.0",
            "intergov_channel_posts_total{channel=\"sg\",outcome=\"unknown\"} 1.0",
            "intergov_channel_in_flight{channel=\"sg\"} 0.0",
            "intergov_messages_rejected_total{reason=\"refused\"} ")
        .containsPattern("intergov_channel_post_duration_seconds_bucket\\{channel=\"sg\",le=")
        .containsPattern("intergov_message_duration_seconds_count [1-9]");
    assertThat(metrics).doesNotContain("counted", "AU.", "AU:");
  }

  @Test
  void a_channel_is_paused_and_resumed_and_both_are_told() throws JMException, IOException {
    String gb = channel("gb");
    List<Notification> heard = jmx.listen(gb);
    await("the backlog of the tests before has gone, and that is told")
        .until(() -> number(OUTBOX, "Depth") <= 5 && backlogs.size() % 2 == 0);
    List<Notification> backlog = jmx.listen(OUTBOX);
    jmx.invoke(gb, "pause", "a test of the console");
    await().until(() -> (Boolean) jmx.attribute(gb, "Paused"));
    List<Sent> messages = API.submit(Sent.many("GB", "paused", 20));
    await("the queue is seen").until(() -> number(OUTBOX, "Depth") >= 20);
    await("it grows older").until(() -> number(OUTBOX, "OldestAgeSeconds") > 0);
    assertThat((String) jmx.attribute(OUTBOX, "AsOf")).isLessThan(Instant.now().toString());
    await().until(() -> words(backlog).contains("above"));
    await("by channel, too")
        .untilAsserted(
            () ->
                assertThat(GATEWAY.process().metrics())
                    .contains("intergov_channel_waiting{channel=\"gb\"} 20.0")
                    .contains("intergov_channel_held{channel=\"gb\"} 0.0")
                    .doesNotContain("intergov_channel_oldest_age_seconds{channel=\"gb\"} 0.0"));
    assertThat(PAUSED.posts()).isEmpty();
    assertThat(API.call("GET", "/channels", null, null).body())
        .contains("\"paused_by\":\"jmx\"", "a test of the console");

    jmx.invoke(gb, "resume");
    for (Sent message : messages) {
      API.awaitStatus(message, "accepted");
    }
    await().until(() -> words(heard).equals(List.of("paused", "resumed")));
    await().until(() -> words(backlog).contains("below"));
    assertThat(heard.get(0).getType()).isEqualTo("org.intergov.outbound.paused");
    assertThat(backlog.get(0).getMessage()).contains("delivery_outbox", "more than 5");
  }

  private static List<String> words(List<Notification> heard) {
    return heard.stream().map(n -> (String) n.getUserData()).toList();
  }

  @Test
  void the_circuit_of_a_channel_that_dies_is_told_and_shown() throws JMException, IOException {
    String jp = channel("jp");
    List<Notification> heard = jmx.listen(jp);
    DYING.refuseConnections();
    List<Sent> messages = API.submit(Sent.many("JP", "dying", 12));
    await().until(() -> words(heard).contains("open"));
    assertThat(heard.get(0).getType()).isEqualTo("org.intergov.outbound.circuit");
    assertThat(heard.get(0).getMessage()).contains("channel jp: circuit open", "no connection");
    assertThat((String) jmx.attribute(jp, "Circuit")).isIn("open", "half-open");
    assertThat(get("/observe/metrics"))
        .containsPattern("intergov_channel_circuit_state\\{channel=\"jp\"} [12]\\.0");
    assertThat(GATEWAY.process().health())
        .contains("\"status\":\"UP\"", "channel.jp", "delivery_outbox")
        .containsPattern("circuit (half-)?open for \\d+ s: ");
    DYING.open();
    for (Sent message : messages) {
      API.awaitStatus(message, "accepted");
    }
    await().until(() -> words(heard).get(heard.size() - 1).equals("closed"));
  }

  @Test
  void a_rejected_message_goes_again_from_the_console() throws JMException, IOException {
    Sent message = Sent.to("NZ", "again");
    REFUSING.on(message, Reply.status(400));
    API.submit(message);
    API.awaitStatus(message, "rejected");
    assertThat(jmx.invoke(OUTBOX, "replay", message.reference())).isEqualTo("done");
    API.awaitStatus(message, "accepted");
    assertThat(API.call("GET", "/messages/" + message.reference() + "/journal", null, null).body())
        .contains("by jmx");
    assertThat(jmx.invoke(OUTBOX, "replay", message.reference())).isEqualTo("not_stuck");
    assertThat(jmx.invoke(OUTBOX, "replay", "AU:none")).isEqualTo("unknown_message");
    assertThatThrownBy(() -> jmx.invoke(OUTBOX, "replay", "nonsense"))
        .hasStackTraceContaining("reference");
  }

  @Test
  void what_alerts_and_dashboard_ask_for_is_there() throws IOException {
    Set<String> asked = new TreeSet<>();
    for (Path file :
        List.of(
            Path.of("ops/prometheus/intergov-outbound.rules.yml"),
            Path.of("ops/grafana/intergov-outbound.json"))) {
      Pattern.compile("\\b(intergov|jvm|process|system)_[a-z_]+")
          .matcher(Files.readString(file))
          .results()
          .map(MatchResult::group)
          .forEach(asked::add);
    }
    assertThat(asked).hasSizeGreaterThan(5);
    String metrics = get("/observe/metrics");
    Set<String> there =
        metrics
            .lines()
            .filter(line -> !line.startsWith("#"))
            .map(line -> line.replaceAll("[{ ].*", ""))
            .collect(Collectors.toSet());
    assertThat(there).containsAll(asked);
    Map<String, Long> series =
        metrics
            .lines()
            .filter(line -> line.startsWith("intergov_"))
            .collect(
                Collectors.groupingBy(
                    line -> line.replaceAll("[{ ].*", ""), Collectors.counting()));
    assertThat(series.values()).as("series of one name: " + series).allMatch(n -> n <= 60);
  }

  @Test
  void a_post_that_failed_is_one_line_of_json_without_content() throws IOException {
    Sent message = Sent.to("NZ", "logged");
    REFUSING.on(message, Reply.status(503), Reply.accept());
    API.submit(message);
    API.awaitStatus(message, "accepted");
    List<JsonNode> lines = new ArrayList<>();
    for (String line : GATEWAY.process().log().lines().filter(l -> l.startsWith("{")).toList()) {
      lines.add(Api.JSON.readTree(line));
    }
    assertThat(lines)
        .anySatisfy(
            line -> {
              assertThat(line.path("level").asText()).isEqualTo("INFO");
              assertThat(line.path("time").asText()).matches("20..-..-..T..:..:..[.]...Z");
              assertThat(line.path("message").asText())
                  .startsWith("AU:logged channel nz attempt 1: unavailable: ");
              assertThat(line.path("reference").asText()).isEqualTo("AU:logged");
              assertThat(line.path("channel").asText()).isEqualTo("nz");
            });
    assertThat(GATEWAY.process().log()).doesNotContain(message.subject(), "trade.example");
  }

  private static String get(String path) throws IOException {
    URI uri = URI.create("http://127.0.0.1:" + GATEWAY.process().managementPort() + path);
    try {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.statusCode()).isEqualTo(200);
      return answer.body();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
