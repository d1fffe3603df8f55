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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An administrator edits channels.yaml while the gateway runs. */
@Execution(ExecutionMode.SAME_THREAD)
class ReloadIT {
  private static final String TABLE = "org.intergov.outbound:type=RoutingTable";
  private static final Path FILE =
      Path.of("target", "acceptance", "reload", "channels.yaml").toAbsolutePath();

  private static final TestChannel BASE = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("reload")
          .with(BASE)
          .before(() -> write(table(entry("base", "SG", BASE))))
          .told(gateway -> gateway.channelsFile(FILE));

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
    return GATEWAY.api().call("POST", "/channels/reload", null, null);
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
    for (JsonNode state : GATEWAY.api().get("/channels").json()) {
      if (state.path("id").asText().equals(id)) {
        return state;
      }
    }
    return null;
  }

  @Test
  void a_channel_added_to_the_file_carries_messages_without_being_asked_for() throws IOException {
    reload(table(entry("base", "SG", BASE)));
    TestChannel added = GATEWAY.channelServer();
    try (Jmx jmx = Jmx.of(GATEWAY.process())) {
      int routes = jmx.routes();
      Path edit = FILE.resolveSibling("edit.yaml");
      Files.writeString(edit, table(entry("base", "SG", BASE), entry("added", "GB", added)));
      Files.move(edit, FILE, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      await().pollInterval(Duration.ofMillis(50)).until(() -> channel("added") != null);
      Sent message = GATEWAY.api().submit(Sent.to("GB", "for-the-added"));
      GATEWAY.api().awaitStatus(message, "accepted");
      assertThat(added.posts(message)).hasSize(1);
      await()
          .until(
              GATEWAY.process()::log,
              log -> log.contains("(the file has changed): added added; entries: 2, version"));
      assertThat(jmx.routes()).isEqualTo(routes + 2);
      reload(table(entry("base", "SG", BASE)));
      await().until(() -> jmx.routes() == routes);
    }
  }

  @Test
  void a_changed_address_gets_what_is_posted_from_then_on_and_loses_nothing_in_flight() {
    TestChannel before = GATEWAY.channelServer();
    TestChannel after = GATEWAY.channelServer();
    before.otherwise(post -> Reply.after(Duration.ofMillis(400), Reply.accept()));
    reload(table(entry("moved", "NZ", before, "concurrency: 4")));
    List<Sent> early = GATEWAY.api().submit(Sent.many("NZ", "early", 200));
    await().until(() -> before.posts().size() > 8);
    JsonNode summary = reload(table(entry("moved", "NZ", after, "concurrency: 16")));
    int atBefore = before.posts().size();
    assertThat(texts(summary.path("changed"))).containsExactly("moved");
    List<Sent> late = GATEWAY.api().submit(Sent.many("NZ", "late", 50));
    List<Sent> all = new ArrayList<>(early);
    all.addAll(late);
    GATEWAY.api().awaitStatus(all, "accepted");
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

  @Test
  void messages_that_wait_for_a_removed_channel_are_routed_anew_and_what_it_has_waits_for_it() {
    TestChannel removed = GATEWAY.channelServer();
    TestChannel other = GATEWAY.channelServer();
    removed.otherwise(post -> Reply.after(Duration.ofSeconds(2), Reply.accept()));
    String going = entry("going", "FR", removed, "concurrency: 1");
    String staying = entry("staying", "FR", other);
    reload(table(going, staying));
    List<Sent> messages = GATEWAY.api().submit(Sent.many("FR", "waiting", 700));
    await().until(() -> removed.posts().size() == 1);
    assertThat(texts(reload(table(staying)).path("removed"))).containsExactly("going");
    Sent inFlight =
        messages.stream().filter(m -> !removed.posts(m).isEmpty()).findFirst().orElseThrow();
    List<Sent> waiting = messages.stream().filter(m -> m != inFlight).toList();
    GATEWAY.api().awaitStatus(waiting, "accepted");
    assertThat(removed.posts()).hasSize(1);
    assertThat(other.posts()).hasSize(messages.size() - 1);
    assertThat(GATEWAY.api().events(waiting.get(waiting.size() - 1)))
        .containsExactly("submitted", "routed", "posted", "confirmed", "accepted");

    GATEWAY.api().awaitEvent(inFlight, "posted");
    assertThat(GATEWAY.api().events(inFlight)).containsExactly("submitted", "posted");
    JsonNode gone = channel("going");
    assertThat(gone.path("state").asText()).isEqualTo("gone");
    assertThat(gone.path("followed").asInt()).isEqualTo(1);

    reload(table(going, staying));
    GATEWAY.api().awaitStatus(inFlight, "accepted");
    assertThat(channel("going").path("state").asText()).isEqualTo("open");
    assertThat(removed.posts()).hasSize(1);
  }

  @Test
  void a_broken_edit_changes_nothing_and_says_so_everywhere_until_it_is_mended()
      throws JMException, IOException {
    String good = table(entry("base", "SG", BASE));
    reload(good);
    try (Jmx jmx = Jmx.of(GATEWAY.process())) {
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

      assertThat(GATEWAY.process().readyStatus()).as("it goes by the table it had").isEqualTo(200);
      assertThat(GATEWAY.process().health()).contains("degraded: ", "frist-after");
      assertThat(GATEWAY.process().metrics())
          .containsPattern("\nintergov_channels_file_faults [1-9]");
      Sent message = GATEWAY.api().submit(Sent.to("SG", "while-broken"));
      GATEWAY.api().awaitStatus(message, "accepted");
      assertThat(GATEWAY.process().log().split("stays in force, version", -1))
          .as("in the log once, however often it is read")
          .hasSize(2);

      write(good);
      await()
          .pollInterval(Duration.ofMillis(50))
          .until(() -> jmx.attribute(TABLE, "LastError").equals(""));
      assertThat(GATEWAY.process().health()).doesNotContain("degraded");
      assertThat(GATEWAY.process().metrics()).contains("\nintergov_channels_file_faults 0.0\n");
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
    TestChannel away = GATEWAY.channelServer();
    TestChannel back = GATEWAY.channelServer();
    away.refuseConnections();
    String circuit = "circuit: { window: 2, minimum: 2, wait: 10m, max-wait: 10m }";
    reload(table(entry("guarded", "DE", away, "concurrency: 2", circuit)));
    List<Sent> messages = GATEWAY.api().submit(Sent.many("DE", "guarded", 40));
    awaitCircuit("guarded", "open");

    String order = "ordering: subject";
    reload(table(entry("guarded", "DE", back, "concurrency: 2", circuit, order, "rate: 20/s")));
    GATEWAY.api().awaitStatus(messages, "accepted");
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
    GATEWAY.api().submit(subject);
    GATEWAY.api().awaitStatus(subject, "accepted");
    assertThat(back.posts().stream().skip(40).map(TestChannel.Post::key))
        .containsExactlyElementsOf(subject.stream().map(Sent::reference).toList());
  }

  @Test
  void what_is_known_of_a_channel_goes_with_it_but_a_pause_stays_and_keeps_nothing_back() {
    TestChannel away = GATEWAY.channelServer();
    TestChannel other = GATEWAY.channelServer();
    away.refuseConnections();
    String leaving =
        entry(
            "leaving", "IT", away, "circuit: { window: 2, minimum: 2, wait: 10m, max-wait: 10m }");
    reload(table(leaving));
    List<Sent> messages = GATEWAY.api().submit(Sent.many("IT", "left-behind", 20));
    awaitCircuit("leaving", "open");
    GATEWAY.api().call("POST", "/channels/leaving/pause?reason=it%20moves", null, null);

    reload(table(entry("staying", "IT", other)));
    GATEWAY.api().awaitStatus(messages, "accepted");
    assertThat(other.posts()).hasSize(messages.size());

    reload(table(leaving));
    assertThat(channel("leaving").path("state").asText()).isEqualTo("paused");
    assertThat(channel("leaving").path("paused_reason").asText()).isEqualTo("it moves");
    assertThat(channel("leaving").path("circuit").asText()).isEqualTo("closed");
    reload(table(entry("staying", "IT", other)));
    assertThat(GATEWAY.api().call("POST", "/channels/leaving/resume", null, null).status())
        .isEqualTo(200);
    assertThat(GATEWAY.api().call("POST", "/channels/leaving/resume", null, null).status())
        .isEqualTo(404);
  }

  private static void awaitCircuit(String id, String word) {
    await()
        .pollInterval(Duration.ofMillis(50))
        .until(() -> channel(id).path("circuit").asText().equals(word));
  }
}
