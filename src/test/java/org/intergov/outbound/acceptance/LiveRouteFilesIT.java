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
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** An administrator adds, changes, breaks, mends and removes route files while messages flow. */
@Execution(ExecutionMode.SAME_THREAD)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class LiveRouteFilesIT {
  @TempDir static Path home;

  private static final TestChannel HTTP = new TestChannel();

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("live-route-files")
          .with(HTTP)
          .before(() -> table(""))
          .told(gateway -> gateway.channelsFile(home.resolve("channels.yaml")))
          .told(gateway -> gateway.setting("DROP_DIRECTORY", home.resolve("out").toString()));

  private static final String DROP =
      """
        - id: nz-drop
          match: { receiver: NZ }
          kind: route
          parameters: { post: "direct:nz-drop-in" }
          poll: { finality: 0s }
      """;

  private static final String OWN_KIND =
      """
        - id: fj-drop
          match: { receiver: FJ }
          kind: drop
          parameters: { folder: kind }
          poll: { finality: 0s }
      """;

  private static void table(String... more) {
    GatewayProcess.write(
        home.resolve("channels.yaml"),
        """
        channels:
          - id: base
            match: { receiver: SG }
            kind: http
            parameters: { url: "%s" }
            poll: { first-after: 100ms, every: 1s, finality: 0s }
        """
                .formatted(HTTP.url())
            + String.join("", more));
  }

  /** Two files of which one leads to the other; the folder is where messages end. */
  private static void dropRoutes(String folder, int delayMillis) {
    routes(
        "drop",
        """
        - route:
            id: nz-drop-in
            from:
              uri: direct:nz-drop-in
              steps:
                - delay: { constant: %d }
                - to: { uri: direct, parameters: { name: write } }
        """
            .formatted(delayMillis));
    routes(
        "write",
        """
        - route:
            id: write
            from:
              uri: direct:write
              steps:
                - to:
                    uri: "file:{{env:DROP_DIRECTORY}}/%s"
                    parameters: { fileName: "${header.safeKey}.json", tempPrefix: . }
                - setHeader: { name: channelTxnId, simple: "${header.safeKey}" }
        """
            .formatted(folder));
  }

  private static void routes(String name, String yaml) {
    Path ready = home.resolve(name + ".ready");
    Path routes = home.resolve("routes");
    try {
      Files.createDirectories(routes);
      GatewayProcess.write(ready, yaml);
      Files.move(ready, routes.resolve(name + ".camel.yaml"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static void remove(String... names) throws IOException {
    for (String name : names) {
      Files.delete(home.resolve("routes").resolve(name + ".camel.yaml"));
    }
  }

  private static Api.Answer reload() {
    return GATEWAY.api().call("POST", "/channels/reload", null, null);
  }

  private static boolean isThere(String channel) {
    for (JsonNode state : GATEWAY.api().get("/channels").json()) {
      if (state.path("id").asText().equals(channel)) {
        return true;
      }
    }
    return false;
  }

  private static void awaitAccepted(List<Sent> messages) {
    messages.forEach(m -> GATEWAY.api().awaitStatus(m, "accepted"));
  }

  private static long written(String folder) throws IOException {
    Path out = home.resolve("out").resolve(folder);
    if (!Files.isDirectory(out)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(out)) {
      return files.filter(f -> f.toString().endsWith(".json")).count();
    }
  }

  @Test
  @Order(1)
  void a_folder_that_comes_with_its_entry_carries_messages_without_being_asked_for()
      throws Exception {
    dropRoutes("first", 0);
    table(DROP);
    await().pollInterval(Duration.ofMillis(50)).until(() -> isThere("nz-drop"));
    List<Sent> messages = GATEWAY.api().submit(Sent.many("NZ", "first", 50));
    awaitAccepted(messages);
    assertThat(written("first")).isEqualTo(50);
  }

  @Test
  @Order(2)
  void what_is_in_flight_ends_on_the_routes_on_which_it_began() throws Exception {
    remove("drop", "write");
    dropRoutes("slow", 1_500);
    assertThat(reload().status()).isEqualTo(200);
    List<Sent> slow = GATEWAY.api().submit(Sent.many("NZ", "slow", 10));
    await().until(() -> GATEWAY.api().delivery(slow.get(0)).equals("sending"));
    remove("drop", "write");
    dropRoutes("quick", 0);
    Api.Answer answer = reload();
    assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
    assertThat(answer.json().path("changed").toString()).contains("nz-drop");
    List<Sent> quick = GATEWAY.api().submit(Sent.many("NZ", "quick", 10));
    awaitAccepted(quick);
    awaitAccepted(slow);
    assertThat(written("slow") + written("quick")).isEqualTo(20);
    assertThat(written("slow")).isPositive();
    assertThat(written("quick")).isGreaterThanOrEqualTo(10);
    for (Sent message : slow) {
      assertThat(GATEWAY.api().events(message))
          .containsExactly("submitted", "posted", "confirmed", "accepted");
    }
  }

  @Test
  @Order(3)
  void a_broken_file_changes_nothing_and_check_says_the_same() throws Exception {
    table(DROP.replace("receiver: NZ", "receiver: [ NZ, TO ]"));
    routes("broken", "- route: { id: broken, from: { uri: 'direct:b', steps: [ { too: x } ] } }\n");
    Api.Answer answer = reload();
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.body()).contains("broken.camel.yaml");
    Command.Ended check =
        Command.run(home, Map.of("DROP_DIRECTORY", "out"), "check", "channels.yaml");
    assertThat(check.code()).isEqualTo(2);
    assertThat(check.out() + check.err()).contains("broken.camel.yaml");
    awaitAccepted(GATEWAY.api().submit(Sent.many("NZ", "while-broken", 10)));
    Files.delete(home.resolve("routes/broken.camel.yaml"));
    await().untilAsserted(() -> assertThat(reload().status()).isEqualTo(200));
    awaitAccepted(GATEWAY.api().submit(Sent.many("TO", "mended", 3)));
  }

  @Test
  @Order(4)
  void a_kind_comes_with_a_file_changes_with_it_and_goes_with_it() throws Exception {
    routes("kind", kind("one"));
    table(DROP, OWN_KIND);
    assertThat(reload().status()).isEqualTo(200);
    awaitAccepted(GATEWAY.api().submit(Sent.many("FJ", "one", 5)));
    assertThat(written("kind-one")).isEqualTo(5);
    remove("kind");
    routes("kind", kind("two"));
    assertThat(reload().status()).isEqualTo(200);
    awaitAccepted(GATEWAY.api().submit(Sent.many("FJ", "two", 5)));
    assertThat(written("kind-two")).isEqualTo(5);
    remove("kind");
    assertThat(reload().status()).as("its entry is still there").isEqualTo(422);
    awaitAccepted(GATEWAY.api().submit(Sent.many("FJ", "three", 5)));
    table(DROP);
    assertThat(reload().status()).isEqualTo(200);
  }

  private static String kind(String ending) {
    return """
    - routeTemplate:
        id: drop-post
        parameters:
          - { name: channel, description: Id of the channel. }
          - { name: folder, description: Where files are dropped. }
        from:
          uri: "direct:{{channel}}-post"
          steps:
            - to:
                uri: "file:{{env:DROP_DIRECTORY}}/{{folder}}-%s"
                parameters: { fileName: "${header.safeKey}.json", tempPrefix: . }
            - setHeader: { name: channelTxnId, simple: "${header.safeKey}" }
    """
        .formatted(ending);
  }

  @Test
  @Order(5)
  void under_load_and_through_edit_after_edit_each_message_is_written_once() throws Exception {
    List<Sent> all = new ArrayList<>();
    for (int edit = 0; edit < 12; edit++) {
      all.addAll(GATEWAY.api().submit(Sent.many("NZ", "load-" + edit, 100)));
      remove("drop", "write");
      dropRoutes("load", edit % 3);
      assertThat(reload().status()).isEqualTo(200);
    }
    awaitAccepted(all);
    assertThat(written("load") + written("quick"))
        .as("with those that were written before the first edit")
        .isGreaterThanOrEqualTo(all.size());
    for (Sent message : all) {
      assertThat(GATEWAY.api().events(message))
          .containsExactly("submitted", "posted", "confirmed", "accepted");
    }
    try (Jmx jmx = Jmx.of(GATEWAY.process())) {
      String versions = "org.apache.camel:type=routes,name=\"nz-drop-in*\",*";
      await().untilAsserted(() -> assertThat(jmx.count(versions)).isEqualTo(1));
    }
  }

  @Test
  @Order(6)
  void when_files_and_entry_go_the_channel_goes() throws Exception {
    remove("drop", "write");
    table("");
    await().pollInterval(Duration.ofMillis(50)).until(() -> !isThere("nz-drop"));
    assertThat(GATEWAY.process().log()).doesNotContain(" ERROR ChannelRoutes");
  }
}
