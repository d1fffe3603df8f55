package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * Intake when more comes than leaves: it says so with 503 and Retry-After, whatever was answered
 * 201 is delivered once, and other calls go on.
 */
class BackpressureIT {
  private static final int MOST_BACKLOG = 100;
  private static final int MOST_REQUESTS = 4;

  private static final String ACCEPTED =
      "SELECT sender_ref, 1 FROM intergov.message_lake WHERE status = 'accepted'";

  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final TestChannel CHANNEL = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("backpressure")
          .with(CHANNEL)
          .setting("INTERGOV_INTAKE_MOST_BACKLOG", String.valueOf(MOST_BACKLOG))
          .setting("INTERGOV_INTAKE_MOST_REQUESTS", String.valueOf(MOST_REQUESTS))
          .channels(CHANNEL.table("poll: { first-after: 100ms, every: 500ms }"));

  private static final Api API = GATEWAY.api();

  @TempDir Path directory;
  private final Set<String> taken = ConcurrentHashMap.newKeySet();

  @BeforeEach
  void pause() {
    lane("pause");
  }

  /** Once the channel goes on, every message that was taken arrives, once, and no other. */
  @AfterEach
  void nothing_is_lost_and_nothing_comes_twice() {
    lane("resume");
    soon("all that was taken is accepted")
        .untilAsserted(
            () ->
                assertThat(POSTGRES.counts("backpressure", ACCEPTED).keySet())
                    .containsAll(taken)
                    .hasSize(CHANNEL.taken()));
    assertThat(POSTGRES.lake("backpressure")).containsOnlyKeys("accepted");
    assertThat(CHANNEL.repeated()).isEmpty();
    assertThat(CHANNEL.duplicates()).isEmpty();
  }

  private static ConditionFactory soon(String what) {
    return await(what).pollInterval(Duration.ofMillis(100));
  }

  private static void lane(String what) {
    Api.Answer answer = API.call("POST", "/channels/sg-shared-db/" + what, null, null);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
  }

  private void submitOnceThereIsRoom(List<Sent> messages) {
    soon("there is room").until(() -> API.ndjson(Api.lines(messages)).status() == 200);
    messages.forEach(m -> taken.add(m.ref()));
  }

  private void submitOnceThereIsRoom(Sent message) {
    soon("there is room").until(() -> API.post(message.json()).status() / 100 == 2);
    taken.add(message.ref());
  }

  private static void assertBusy(Api.Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(503);
    assertThat(answer.header("Content-Type")).startsWith("application/problem+json");
    assertThat(answer.header("Retry-After")).matches("[1-9][0-9]?");
    assertThat(answer.json().path("status").asInt()).isEqualTo(503);
    assertThat(answer.json().path("title").asText()).isEqualTo("Busy");
  }

  @Test
  void a_full_backlog_takes_nothing_until_messages_have_left() {
    submitOnceThereIsRoom(Sent.many("SG", "full", MOST_BACKLOG));

    Sent one = Sent.to("SG", "one-too-many");
    Api.Answer refused = API.post(one.json());
    assertBusy(refused);
    assertThat(refused.json().path("detail").asText()).contains("100 messages wait");
    assertBusy(API.ndjson(Api.lines(Sent.many("SG", "many-too-many", 3))));
    assertThat(API.get("/messages/" + one.reference()).status()).isEqualTo(404);

    lane("resume");
    submitOnceThereIsRoom(one);
    API.awaitStatus(one, "accepted");
  }

  @Test
  void from_the_line_on_that_finds_it_full_every_line_is_refused() {
    List<Sent> messages = Sent.many("SG", "lines", 1_200);
    List<JsonNode> results = new ArrayList<>();
    soon("there is room")
        .until(
            () -> {
              Api.Answer answer = API.ndjson(Api.lines(messages) + "{ not json\n");
              if (answer.status() == 200) {
                results.addAll(answer.lines());
                assertThat(answer.header("Retry-After")).matches("[1-9][0-9]?");
              }
              return answer.status() == 200;
            });

    assertThat(results).hasSize(1_201);
    assertThat(results.subList(0, 500)).allSatisfy(r -> assertThat(status(r)).isEqualTo(201));
    assertThat(results.subList(500, 1_200))
        .allSatisfy(
            r -> {
              assertThat(status(r)).isEqualTo(503);
              assertThat(r.path("reference").asText()).startsWith("AU:lines-");
              assertThat(r.path("errors").get(0).path("detail").asText()).contains("wait");
            });
    assertThat(status(results.get(1_200))).isEqualTo(400);
    messages.subList(0, 500).forEach(m -> taken.add(m.ref()));
  }

  private static int status(JsonNode result) {
    return result.path("status").asInt();
  }

  @Test
  @Tag("thorough")
  void the_command_line_waits_until_there_is_room_and_submits_everything() throws Exception {
    submitOnceThereIsRoom(Sent.many("SG", "before", MOST_BACKLOG));
    List<Sent> messages = Sent.many("SG", "by-file", 1_000);
    Path file = Files.writeString(directory.resolve("messages.ndjson"), Api.lines(messages));
    Path out = directory.resolve("out.txt");
    ProcessBuilder submit =
        new ProcessBuilder(GatewayProcess.java(), "-Xmx64m", "-jar")
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    submit.command().addAll(List.of(GatewayProcess.jar().toString(), "submit", file.toString()));
    submit.command().addAll(List.of("--url", API.base(), "--batch", "1000"));
    Process process = submit.start();
    try {
      soon("it waits").until(() -> Files.readString(out).contains("trying again"));
      assertThat(Files.readString(out)).contains("answered 503: Busy: 100 messages wait");
      lane("resume");
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(Files.readString(out)).isTrue();
      assertThat(process.exitValue()).as(Files.readString(out)).isZero();
      assertThat(Files.readString(out)).contains("1000 submitted, 0 already there, 0 invalid");
    } finally {
      process.destroyForcibly().waitFor();
    }
    messages.forEach(m -> taken.add(m.ref()));
  }

  @Test
  void clients_that_send_slowly_keep_no_place_that_others_need() throws IOException {
    otherClientsGetIn("slow-");
  }

  @Test
  void clients_that_hang_up_leave_their_places_to_others() throws IOException {
    for (int i = 0; i < 50; i++) {
      new SlowClient(GATEWAY.process().apiPort(), Sent.to("SG", "hangs-up-" + i)).close();
    }
    submitOnceThereIsRoom(Sent.to("SG", "after-those-who-hung-up"));
    otherClientsGetIn("after-hang-ups-");
  }

  /**
   * Far more clients than places send half a message and stop: whoever sends a whole one gets in,
   * and those who lose their places are told so.
   */
  private void otherClientsGetIn(String name) throws IOException {
    lane("resume");
    List<SlowClient> slow = new ArrayList<>();
    try {
      for (int i = 1; i <= 10 * MOST_REQUESTS; i++) {
        slow.add(new SlowClient(GATEWAY.process().apiPort(), Sent.to("SG", name + i)));
      }
      assertThat(API.get("/channels").status()).isEqualTo(200);
      assertThat(API.get("/messages?limit=1").status()).isEqualTo(200);
      assertThat(GATEWAY.process().readyStatus()).isEqualTo(200);
      for (int i = 0; i < 2 * MOST_REQUESTS; i++) {
        submitOnceThereIsRoom(Sent.to("SG", name + "fast-" + i));
      }

      int waiting = 0;
      for (SlowClient client : slow) {
        waiting += client.isAnswered() ? 0 : 1;
      }
      assertThat(waiting).as("at least one has lost its place").isLessThan(MOST_REQUESTS);
      for (SlowClient client : slow) {
        String answer = client.finish();
        assertThat(answer).containsPattern("^HTTP/1.1 (408|503|201)");
        if (answer.contains(" 201")) {
          taken.add(client.message().ref());
        }
      }
    } finally {
      for (SlowClient client : slow) {
        client.close();
      }
    }
    submitOnceThereIsRoom(Sent.to("SG", name + "all-served"));
  }

  @Test
  @Tag("thorough")
  void more_clients_at_once_than_places_get_all_their_messages_in_by_trying_again()
      throws Exception {
    ExecutorService clients = Executors.newFixedThreadPool(5 * MOST_REQUESTS);
    try {
      lane("resume");
      List<Future<?>> running = new ArrayList<>();
      for (int c = 0; c < 5 * MOST_REQUESTS; c++) {
        String name = "crowd-" + c + "-";
        running.add(
            clients.submit(
                () -> {
                  for (int i = 0; i < 20; i++) {
                    submitOnceThereIsRoom(Sent.to("SG", name + i));
                  }
                }));
      }
      for (Future<?> client : running) {
        client.get(100, TimeUnit.SECONDS);
      }
    } finally {
      clients.shutdownNow();
    }
  }
}
