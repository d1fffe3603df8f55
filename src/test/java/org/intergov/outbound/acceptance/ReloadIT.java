package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import javax.management.JMException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An administrator edits channels.yaml while the gateway runs. */
@ExtendWith(ShowLogsOnFailure.class)
@Execution(ExecutionMode.SAME_THREAD)
class ReloadIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String TABLE = "org.intergov.outbound:type=RoutingTable";
  private static final Path FILE =
      Path.of("target", "acceptance", "reload", "channels.yaml").toAbsolutePath();

  private static TestChannel base;
  private static GatewayProcess gateway;

  @BeforeAll
  static void start() {
    base = new TestChannel();
    write(table(entry("base", "SG", base)));
    gateway =
        GatewayProcess.named("reload")
            .database(POSTGRES.create("reload"))
            .channelsFile(FILE)
            .start();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    base.close();
  }

  private static String table(String... entries) {
    return "channels:\n" + String.join("", entries);
  }

  private static String entry(String id, String receivers, TestChannel channel, String... more) {
    StringBuilder yaml = new StringBuilder();
    yaml.append("  - id: ").append(id).append("\n    kind: http\n");
    yaml.append("    match: { receiver: [").append(receivers).append("] }\n");
    yaml.append("    parameters: { url: \"").append(channel.url()).append("\" }\n");
    yaml.append("    poll: { first-after: 100ms, every: 1s, finality: 0s }\n");
    for (String line : more) {
      yaml.append("    ").append(line).append('\n');
    }
    return yaml.toString();
  }

  private static void write(String yaml) {
    GatewayProcess.write(FILE, yaml);
  }

  private static Api.Answer reload() {
    return gateway.api().call("POST", "/channels/reload", null, null);
  }

  private static JsonNode reload(String yaml) {
    write(yaml);
    Api.Answer answer = reload();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    return answer.json();
  }

  private static List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }

  private static JsonNode channel(String id) {
    for (JsonNode state : gateway.api().get("/channels").json()) {
      if (state.path("id").asText().equals(id)) {
        return state;
      }
    }
    return null;
  }

  @Test
  void a_channel_added_to_the_file_carries_messages_without_being_asked_for() throws IOException {
    reload(table(entry("base", "SG", base)));
    try (TestChannel added = new TestChannel();
        Jmx jmx = Jmx.of(gateway)) {
      int routes = jmx.routes();
      Path edit = FILE.resolveSibling("edit.yaml");
      Files.writeString(edit, table(entry("base", "SG", base), entry("added", "GB", added)));
      Files.move(edit, FILE, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      await().pollInterval(Duration.ofMillis(50)).until(() -> channel("added") != null);
      Sent message = gateway.api().submit(Sent.to("GB", "for-the-added"));
      gateway.api().awaitStatus(message, "accepted");
      assertThat(added.posts(message)).hasSize(1);
      await()
          .until(
              gateway::log,
              log -> log.contains("(the file has changed): added added; entries: 2, version"));
      assertThat(jmx.routes()).isEqualTo(routes + 2);
      reload(table(entry("base", "SG", base)));
      await().until(() -> jmx.routes() == routes);
    }
  }

  @Test
  void a_changed_address_gets_what_is_posted_from_then_on_and_loses_nothing_in_flight() {
    try (TestChannel before = new TestChannel();
        TestChannel after = new TestChannel()) {
      before.otherwise(post -> Reply.after(Duration.ofMillis(400), Reply.accept()));
      reload(table(entry("moved", "NZ", before, "concurrency: 4")));
      List<Sent> early = gateway.api().submit(Sent.many("NZ", "early", 200));
      await().until(() -> before.posts().size() > 8);
      JsonNode summary = reload(table(entry("moved", "NZ", after, "concurrency: 16")));
      int atBefore = before.posts().size();
      assertThat(texts(summary.path("changed"))).containsExactly("moved");
      List<Sent> late = gateway.api().submit(Sent.many("NZ", "late", 50));
      List<Sent> all = new ArrayList<>(early);
      all.addAll(late);
      gateway.api().awaitStatus(all, "accepted");
      assertThat(before.posts().size() - atBefore)
          .as("after the answer nothing new goes there; four may have been on their way")
          .isBetween(0, 4);
      assertThat(late).allMatch(m -> before.posts(m).isEmpty());
      assertThat(before.taken() + after.taken()).isEqualTo(all.size());
      assertThat(after.posts()).hasSize(all.size() - before.posts().size());
      assertThat(late).allSatisfy(m -> assertThat(after.posts(m)).hasSize(1));
      assertThat(before.repeated()).isEmpty();
      assertThat(after.repeated()).isEmpty();
    }
  }

  @Test
  void messages_that_wait_for_a_removed_channel_are_routed_anew_and_what_it_has_waits_for_it() {
    try (TestChannel removed = new TestChannel();
        TestChannel other = new TestChannel()) {
      removed.otherwise(post -> Reply.after(Duration.ofSeconds(2), Reply.accept()));
      String going = entry("going", "FR", removed, "concurrency: 1");
      String staying = entry("staying", "FR", other);
      reload(table(going, staying));
      List<Sent> messages = gateway.api().submit(Sent.many("FR", "waiting", 700));
      await().until(() -> removed.posts().size() == 1);
      assertThat(texts(reload(table(staying)).path("removed"))).containsExactly("going");
      Sent inFlight =
          messages.stream().filter(m -> !removed.posts(m).isEmpty()).findFirst().orElseThrow();
      List<Sent> waiting = messages.stream().filter(m -> m != inFlight).toList();
      gateway.api().awaitStatus(waiting, "accepted");
      assertThat(removed.posts()).hasSize(1);
      assertThat(other.posts()).hasSize(messages.size() - 1);
      assertThat(gateway.api().events(waiting.get(waiting.size() - 1)))
          .containsExactly("submitted", "routed", "posted", "confirmed", "accepted");

      gateway.api().awaitEvent(inFlight, "posted");
      assertThat(gateway.api().events(inFlight)).containsExactly("submitted", "posted");
      JsonNode gone = channel("going");
      assertThat(gone.path("state").asText()).isEqualTo("gone");
      assertThat(gone.path("followed").asInt()).isEqualTo(1);

      reload(table(going, staying));
      gateway.api().awaitStatus(inFlight, "accepted");
      assertThat(channel("going").path("state").asText()).isEqualTo("open");
      assertThat(removed.posts()).hasSize(1);
    }
  }

  @Test
  void a_broken_edit_changes_nothing_and_says_so_everywhere_until_it_is_mended()
      throws JMException, IOException {
    String good = table(entry("base", "SG", base));
    reload(good);
    try (Jmx jmx = Jmx.of(gateway)) {
      Object version = jmx.attribute(TABLE, "Version");
      write(
          good.replace("first-after", "frist-after") + "  - { id: base, kind: carrier-pigeon }\n");
      await()
          .pollInterval(Duration.ofMillis(50))
          .until(() -> !jmx.attribute(TABLE, "LastError").equals(""));
      assertThat(jmx.attribute(TABLE, "LastError").toString())
          .contains("channels.yaml:6", "frist-after", "carrier-pigeon");
      assertThat(jmx.attribute(TABLE, "Version")).isEqualTo(version);
      assertThat(jmx.attribute(TABLE, "Entries")).isEqualTo(1);
      assertThatThrownBy(() -> jmx.invoke(TABLE, "reload"))
          .rootCause()
          .hasMessageContaining("frist-after");

      Api.Answer answer = reload();
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
      JsonNode first = answer.json().path("errors").get(0);
      assertThat(first.path("line").asInt()).isEqualTo(6);
      assertThat(first.path("path").asText()).isEqualTo("channels[0].poll.frist-after");
      assertThat(answer.json().path("errors").size()).isGreaterThan(2);

      assertThat(gateway.readyStatus()).as("it goes by the table it had").isEqualTo(200);
      assertThat(gateway.health()).contains("degraded: ", "frist-after");
      assertThat(gateway.metrics()).containsPattern("\nintergov_channels_file_faults [1-9]");
      Sent message = gateway.api().submit(Sent.to("SG", "while-broken"));
      gateway.api().awaitStatus(message, "accepted");
      assertThat(gateway.log().split("stays in force, version", -1))
          .as("in the log once, however often it is read")
          .hasSize(2);

      write(good);
      await()
          .pollInterval(Duration.ofMillis(50))
          .until(() -> jmx.attribute(TABLE, "LastError").equals(""));
      assertThat(gateway.health()).doesNotContain("degraded");
      assertThat(gateway.metrics()).contains("\nintergov_channels_file_faults 0.0\n");
      assertThat(jmx.invoke(TABLE, "reload")).isEqualTo("no channel differs");
      assertThat(Instant.parse(jmx.attribute(TABLE, "LastReload").toString()))
          .isBefore(Instant.now());
      assertThat(jmx.description(TABLE)).contains("in force");
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  @Test
  void circuit_rate_and_order_of_a_channel_follow_an_edit() {
    try (TestChannel away = new TestChannel();
        TestChannel back = new TestChannel()) {
      away.refuseConnections();
      String circuit = "circuit: { window: 2, minimum: 2, wait: 10m, max-wait: 10m }";
      reload(table(entry("guarded", "DE", away, "concurrency: 2", circuit)));
      List<Sent> messages = gateway.api().submit(Sent.many("DE", "guarded", 40));
      awaitCircuit("guarded", "open");

      String order = "ordering: subject";
      reload(table(entry("guarded", "DE", back, "concurrency: 2", circuit, order, "rate: 20/s")));
      gateway.api().awaitStatus(messages, "accepted");
      assertThat(channel("guarded").path("circuit").asText()).isEqualTo("closed");
      assertThat(back.repeated()).isEmpty();
      Duration took = Duration.between(back.posts().get(0).at(), back.posts().get(39).at());
      assertThat(took).as("40 at 20 a second").isGreaterThan(Duration.ofSeconds(1));

      reload(table(entry("guarded", "DE", back, "concurrency: 16", circuit, order)));
      List<Sent> subject = new ArrayList<>();
      for (int n = 10; n < 30; n++) {
        Sent one = Sent.to("DE", "one-subject-" + n);
        subject.add(
            new Sent(one.ref(), one.receiver(), "AU.one-subject", one.obj(), one.predicate()));
      }
      gateway.api().submit(subject);
      gateway.api().awaitStatus(subject, "accepted");
      assertThat(back.posts().stream().skip(40).map(TestChannel.Post::key))
          .containsExactlyElementsOf(subject.stream().map(Sent::reference).toList());
    }
  }

  @Test
  void what_is_known_of_a_channel_goes_with_it_but_a_pause_stays_and_keeps_nothing_back() {
    try (TestChannel away = new TestChannel();
        TestChannel other = new TestChannel()) {
      away.refuseConnections();
      String leaving =
          entry(
              "leaving",
              "IT",
              away,
              "circuit: { window: 2, minimum: 2, wait: 10m, max-wait: 10m }");
      reload(table(leaving));
      List<Sent> messages = gateway.api().submit(Sent.many("IT", "left-behind", 20));
      awaitCircuit("leaving", "open");
      gateway.api().call("POST", "/channels/leaving/pause?reason=it%20moves", null, null);

      reload(table(entry("staying", "IT", other)));
      gateway.api().awaitStatus(messages, "accepted");
      assertThat(other.posts()).hasSize(messages.size());

      reload(table(leaving));
      assertThat(channel("leaving").path("state").asText()).isEqualTo("paused");
      assertThat(channel("leaving").path("paused_reason").asText()).isEqualTo("it moves");
      assertThat(channel("leaving").path("circuit").asText()).isEqualTo("closed");
      reload(table(entry("staying", "IT", other)));
      assertThat(gateway.api().call("POST", "/channels/leaving/resume", null, null).status())
          .isEqualTo(200);
      assertThat(gateway.api().call("POST", "/channels/leaving/resume", null, null).status())
          .isEqualTo(404);
    }
  }

  private static void awaitCircuit(String id, String word) {
    await()
        .pollInterval(Duration.ofMillis(50))
        .until(() -> channel(id).path("circuit").asText().equals(word));
  }
}
