package org.intergov.outbound.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Route;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.http.ChannelApi;
import org.intergov.outbound.channel.http.ChannelHttpComponent;
import org.intergov.outbound.channel.sqs.GatheringSqsClient;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.file.WatchedFiles;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.TableChanges;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The table in force and the routes of its channels, edit after edit. */
class LiveTableTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final Map<String, String> environment = new HashMap<>();
  private final AtomicInteger inForce = new AtomicInteger();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private ChannelRoutes routes;
  private LiveTable table;

  @BeforeEach
  void start() throws Exception {
    camel.disableJMX();
    camel.addComponent("channel-http", new ChannelHttpComponent(vertx));
    camel.getRegistry().bind("channelApi", new ChannelApi());
    camel.start();
    Map<String, KindDescription> kinds = ChannelKinds.load(camel);
    routes = new ChannelRoutes(camel, kinds);
    Path file = folder.resolve("channels.yaml");
    table =
        new LiveTable(
            WatchedFiles.only(file),
            () ->
                new TableEdition(
                    ChannelsFile.load(file, environment::get, "AU", kinds),
                    RoutesFolder.none(),
                    kinds),
            routes,
            Clock.systemUTC(),
            inForce::incrementAndGet);
    log.start();
    logger().addAppender(log);
  }

  @AfterEach
  void stop() throws IOException {
    logger().detachAppender(log);
    routes.close();
    camel.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(LiveTable.class);
  }

  private void write(String yaml) {
    try {
      Files.writeString(folder.resolve("channels.yaml"), yaml);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static String entry(String id, String receiver, String url) {
    return "  - { id: %s, kind: http, match: { receiver: %s }, parameters: { url: \"%s\" } }%n"
        .formatted(id, receiver, url);
  }

  private TableChanges reload(String yaml) throws InvalidChannelsException {
    write(yaml);
    return table.reload("a test");
  }

  private List<String> routeIds() {
    return camel.getRoutes().stream().map(Route::getId).sorted().toList();
  }

  private void awaitRoutes(String... ids) {
    await()
        .pollInterval(Duration.ofMillis(10))
        .untilAsserted(() -> assertThat(routeIds()).containsExactly(ids));
  }

  @Test
  void channels_come_change_and_go_and_so_do_their_routes() throws Exception {
    write("channels:\n" + entry("a", "SG", "http://one.example"));
    table.load();
    assertThat(routeIds()).containsExactly("a-post", "a-status");

    TableChanges changes =
        reload(
            "channels:\n"
                + entry("a", "SG", "http://two.example")
                + entry("b", "GB", "http://b.example"));
    assertThat(changes).hasToString("added b; changed a");
    assertThat(inForce).hasValue(1);
    assertThat(table.get().channels()).extracting(Channel::id).containsExactly("a", "b");
    awaitRoutes("a~2-post", "a~2-status", "b-post", "b-status");

    assertThat(reload("channels:\n" + entry("b", "[GB, SG]", "http://b.example")))
        .hasToString("changed b; removed a");
    awaitRoutes("b-post", "b-status");
    assertThat(log.list).hasSize(2);
    assertThat(log.list.get(1).getFormattedMessage())
        .contains("(a test): changed b; removed a; entries: 1, version " + table.state().version());
  }

  @Test
  void of_a_queue_that_is_edited_only_the_client_in_use_stays() throws Exception {
    write(queue("15s"));
    table.load();
    for (String timeout : List.of("16s", "17s", "18s")) {
      reload(queue(timeout));
      await().untilAsserted(() -> assertThat(routes.retiring()).isZero());
    }
    assertThat(camel.getCamelContextExtension().getServices())
        .filteredOn(GatheringSqsClient.class::isInstance)
        .hasSize(1);
  }

  private static String queue(String timeout) {
    return """
    channels:
      - id: q
        kind: sqs
        match: { receiver: GB }
        timeout: %s
        parameters:
          queue: gb
          endpoint: "http://127.0.0.1:9"
          auth: { access-key-id: id, secret-access-key: secret }
    """
        .formatted(timeout);
  }

  @Test
  void a_post_in_flight_ends_on_the_routes_that_it_began_with() throws Exception {
    write("channels:\n" + entry("a", "SG", "http://one.example"));
    table.load();
    ChannelVersion inFlight = routes.use("a");
    reload("channels:\n" + entry("a", "SG", "http://two.example"));
    ChannelVersion next = routes.use("a");
    assertThat(next.endpoint("post").getEndpointUri()).isEqualTo("direct://a%7E2-post?block=false");
    next.end();
    reload("channels:\n" + entry("a", "SG", "http://three.example"));
    awaitRoutes("a-post", "a-status", "a~3-post", "a~3-status");
    await().untilAsserted(() -> assertThat(routes.retiring()).isEqualTo(1));
    inFlight.end();
    awaitRoutes("a~3-post", "a~3-status");
    reload("channels:\n" + entry("a", "SG", "http://four.example"));
    awaitRoutes("a-post", "a-status");
  }

  @Test
  void a_file_that_cannot_be_used_changes_nothing_and_is_reported_once() throws Exception {
    write("channels:\n" + entry("a", "SG", "http://one.example"));
    table.load();
    String version = table.state().version();
    String broken = "channels:\n" + entry("a", "SG", "ftp://x") + entry("a", "XX", "http://b");
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> reload(broken)).isInstanceOf(InvalidChannelsException.class);
    }
    assertThat(table.get().channels()).hasSize(1);
    assertThat(routeIds()).containsExactly("a-post", "a-status");
    assertThat(inForce).hasValue(0);
    assertThat(table.state().version()).isEqualTo(version).isNotEqualTo(table.lastRead());
    assertThat(table.state().failure().orElseThrow().problems()).hasSizeGreaterThan(2);
    int problems = table.state().failure().orElseThrow().problems().size();
    assertThat(log.list).as("once, a line for each").hasSize(1 + problems);
    List<String> lines = log.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    assertThat(lines.get(0)).contains("a test: ", "channels.yaml", "stays in force");
    assertThat(lines.get(1)).contains("channels.yaml:2", "ftp://x");
    assertThat(lines.get(2)).contains("channels.yaml:3");

    reload("channels:\n" + entry("a", "SG", "http://one.example"));
    assertThat(table.state().failure()).isEmpty();
    assertThatThrownBy(() -> reload(broken)).isInstanceOf(InvalidChannelsException.class);
    assertThat(log.list).as("broken, mended, broken again").hasSize(3 + 2 * problems);
  }

  @Test
  void a_channel_whose_routes_do_not_start_is_a_file_that_cannot_be_used() throws Exception {
    write("channels:\n" + entry("a", "SG", "http://one.example"));
    table.load();
    camel.removeComponent("channel-http");
    String edit = entry("a", "SG", "http://two.example") + entry("b", "GB", "http://b.example");
    assertThatThrownBy(() -> reload("channels:\n" + edit))
        .isInstanceOf(InvalidChannelsException.class)
        .hasMessageContaining("channel a")
        .hasMessageContaining("routes cannot start");
    assertThat(routeIds()).containsExactly("a-post", "a-status");
    assertThat(camel.getRouteDefinitions()).hasSize(2);
    assertThat(table.get().channels()).extracting(Channel::id).containsExactly("a");
  }

  @Test
  void placeholders_stand_for_what_the_environment_says_now() throws Exception {
    environment.put("URL", "http://one.example");
    write("channels:\n" + entry("a", "SG", "{{env:URL}}"));
    table.load();
    environment.put("URL", "http://two.example");
    assertThat(table.reload("a test").changed()).containsExactly("a");
    assertThat(table.get().channels().get(0).parameters())
        .containsEntry("url", "http://two.example");
  }

  @Test
  void routes_and_endpoints_do_not_grow_with_edits() throws Exception {
    write("channels:\n" + entry("a", "SG", "http://one.example"));
    table.load();
    int endpoints = camel.getEndpoints().size();
    for (int i = 0; i < 100; i++) {
      reload("channels:\n" + entry("a", "SG", "http://h" + i + ".example"));
      if (i % 5 == 4) {
        await().until(() -> routes.retiring() == 0);
        ChannelVersion current = routes.use("a");
        assertThat(routeIds()).as("edit " + i).containsAll(current.routeIds());
        current.end();
      }
    }
    await().until(() -> routes.retiring() == 0);
    assertThat(camel.getRoutes()).hasSize(2);
    assertThat(camel.getRouteDefinitions()).hasSize(2);
    assertThat(camel.getCamelContextExtension().getRouteStartupOrder()).hasSize(2);
    assertThat(camel.getEndpoints()).hasSize(endpoints);
  }

  @Test
  void each_table_is_logged_as_a_line_of_its_own_kind_so_no_limit_leaves_one_out()
      throws InvalidChannelsException {
    write("channels:\n" + entry("a", "SG", "http://zero.example"));
    table.load();
    for (int i = 1; i <= 12; i++) {
      reload("channels:\n" + entry("a", "SG", "http://" + i + ".example"));
    }
    assertThat(log.list).hasSize(12);
    assertThat(log.list).extracting(ILoggingEvent::getMessage).doesNotHaveDuplicates();
  }
}
