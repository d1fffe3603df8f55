package org.intergov.outbound.channel.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.component.aws2.sqs.Sqs2Component;
import org.intergov.outbound.channel.KindRoutes;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.delivery.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/** Posting to queues: a real ElasticMQ, and servers that answer otherwise or not at all. */
class ChannelSqsTest {
  private static ElasticMq mq;
  private static KindRoutes kind;

  @BeforeAll
  static void start() throws Exception {
    mq = ElasticMq.start(freePort());
    kind = new KindRoutes();
  }

  @AfterAll
  static void stop() {
    kind.close();
    mq.close();
  }

  private static int freePort() throws IOException {
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    }
  }

  private static AsyncProducer producer(String queue, String server, String more) {
    return kind.post(
        """
        kind: sqs, %s parameters: {
          queue: "%s", endpoint: "%s", auth: { access-key-id: id, secret-access-key: secret } }\
        """
            .formatted(more, queue, server)
            .replace("\n", " "));
  }

  private static Exchange exchange(String body, String reference, String subject) {
    return kind.message(body, reference, subject);
  }

  /** Posts them all at once; what each came to, in their order. */
  private static List<Outcome> post(AsyncProducer to, List<Exchange> exchanges) {
    ConcurrentLinkedQueue<Exchange> ended = new ConcurrentLinkedQueue<>();
    exchanges.forEach(e -> to.process(e, sync -> ended.add(e)));
    await().until(() -> ended.size() == exchanges.size());
    return exchanges.stream().map(e -> PostOutcome.of(e, null)).toList();
  }

  private static Outcome postOne(String queue, String server, String more) throws Exception {
    AsyncProducer to = producer(queue, server, more);
    try {
      return post(to, List.of(exchange("{}", "AU:1", "AU.x"))).get(0);
    } finally {
      to.stop();
    }
  }

  @Test
  void each_message_has_its_body_two_attributes_and_the_id_that_the_queue_gave() throws Exception {
    mq.create("plain");
    AsyncProducer to = producer("plain", mq.url(), "concurrency: 50,");
    List<Exchange> exchanges =
        IntStream.range(0, 200)
            .mapToObj(i -> exchange("{\"n\":" + i + "}", "AU:ref-é-" + i, "AU.x"))
            .toList();

    List<Outcome> outcomes = post(to, exchanges);
    to.stop();

    Map<String, Message> byId =
        mq.drain("plain").stream()
            .collect(java.util.stream.Collectors.toMap(Message::messageId, m -> m));
    assertThat(byId).hasSize(200);
    for (int i = 0; i < 200; i++) {
      assertThat(outcomes.get(i)).isInstanceOf(Outcome.Posted.class);
      Message m = byId.get(((Outcome.Posted) outcomes.get(i)).channelTxnId());
      assertThat(m.body()).isEqualTo("{\"n\":" + i + "}");
      assertThat(ElasticMq.attributes(m))
          .isEqualTo(Map.of("reference", "AU:ref-é-" + i, "idempotency-key", "AU:ref-é-" + i));
    }
  }

  @Test
  void a_fifo_queue_gets_groups_and_sees_a_repeated_key_once() throws Exception {
    mq.create("ordered.fifo");
    AsyncProducer to = producer("ordered.fifo", mq.url(), "");
    String longSubject = "AU." + "ü".repeat(500);

    List<Outcome> outcomes =
        post(
            to,
            List.of(
                exchange("1", "AU:1", "AU.x"),
                exchange("2", "AU:" + "k".repeat(200), longSubject),
                exchange("1", "AU:1", "AU.x")));
    to.stop();

    assertThat(outcomes).allMatch(o -> o instanceof Outcome.Posted);
    List<Message> there = mq.drain("ordered.fifo");
    assertThat(there).extracting(Message::body).containsExactlyInAnyOrder("1", "2");
    assertThat(there)
        .extracting(m -> m.attributes().get(MessageSystemAttributeName.MESSAGE_GROUP_ID))
        .containsExactlyInAnyOrder("AU.x", SqsQueue.idOf(longSubject));
    assertThat(SqsQueue.idOf(longSubject)).matches("[0-9a-f]{64}");
  }

  @Test
  void a_queue_may_be_named_by_its_url_alone() throws Exception {
    mq.create("by-url");
    String url = mq.url() + "/000000000000/by-url";
    AsyncProducer to =
        kind.post(
            "kind: sqs, parameters: { queue: \"%s\", auth: { access-key-id: id, secret-access-key: s } }"
                .formatted(url));

    assertThat(post(to, List.of(exchange("{}", "AU:1", "AU.x"))).get(0))
        .isInstanceOf(Outcome.Posted.class);
    to.stop();
    assertThat(mq.drain("by-url")).hasSize(1);
  }

  @Test
  void one_that_the_queue_does_not_hold_is_refused_and_keeps_no_other_back() throws Exception {
    mq.create("limited");
    AsyncProducer to = producer("limited", mq.url(), "concurrency: 1,");
    List<Outcome> outcomes =
        post(
            to,
            List.of(
                exchange("{}", "AU:1", "AU.x"),
                exchange("x".repeat(2_000_000), "AU:2", "AU.x"),
                exchange("bad \u0002", "AU:3", "AU.x"),
                exchange("{}", "AU:4", "AU.x")));
    to.stop();

    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Posted.class);
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Refused.class);
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Refused.class);
    assertThat(outcomes.get(3)).isInstanceOf(Outcome.Posted.class);
    assertThat(mq.drain("limited")).hasSize(2);
  }

  @Test
  void a_dead_letter_that_its_queue_does_not_hold_goes_there_cut() {
    mq.create("dead");
    ParameterMap keys =
        new ParameterMap("a", Map.of("access-key-id", "id", "secret-access-key", "secret"));
    try (GatheringSqsClient client =
        GatheringSqsClient.ofDeadLetters(new SqsConnection("dead", "", mq.url(), "", keys))) {
      List.of("no message", "x".repeat(2_000_000), "bad \u0002")
          .forEach(body -> client.sendMessage(r -> r.messageBody(body)));
    }

    assertThat(mq.drain("dead"))
        .extracting(Message::body)
        .containsExactlyInAnyOrder(
            "no message", "x".repeat(50_000), "too large or not allowed here");
  }

  @Test
  void what_is_certainly_not_sent_is_unavailable() throws Exception {
    assertThat(postOne("nobody-made-this", mq.url(), ""))
        .isInstanceOf(Outcome.Unavailable.class)
        .extracting(Outcome::detail)
        .asString()
        .contains("QueueDoesNotExist");
    assertThat(postOne("q", "http://127.0.0.1:" + freePort(), ""))
        .isInstanceOf(Outcome.Unavailable.class);
    assertThat(postOne("q", "http://no-such-host.invalid", ""))
        .isInstanceOf(Outcome.Unavailable.class);
  }

  @Test
  void a_queue_may_be_called_as_something_in_the_route_is() throws Exception {
    for (String name : List.of("client", "attributes", "post", "group", "key")) {
      mq.create(name);
      assertThat(postOne(name, mq.url(), "")).isInstanceOf(Outcome.Posted.class);
      assertThat(mq.drain(name)).hasSize(1);
    }
  }

  @Test
  void a_route_of_somebody_else_does_not_get_the_client_of_a_channel() {
    mq.create("ours");
    post(producer("ours", mq.url(), ""), List.of(exchange("{}", "AU:1", "AU.x")));
    var component = (Sqs2Component) kind.camel().getComponent("aws2-sqs");
    assertThat(component.getConfiguration().getAmazonSQSClient()).isNull();
  }

  @Test
  void what_fails_before_anything_is_sent_is_unavailable_whatever_it_is() throws Exception {
    mq.create("not-tls");
    String plain = mq.url().replace("http:", "https:");
    assertThat(postOne(plain + "/000000000000/not-tls", plain, ""))
        .isInstanceOf(Outcome.Unavailable.class);
    AsyncProducer noProfile =
        kind.post(
            "kind: sqs, parameters: { queue: not-tls, endpoint: \"%s\", profile: nobody-has-it }"
                .formatted(mq.url()));
    assertThat(post(noProfile, List.of(exchange("{}", "AU:1", "AU.x"))).get(0))
        .isInstanceOf(Outcome.Unavailable.class)
        .extracting(Outcome::detail)
        .asString()
        .contains("nobody-has-it");
    assertThat(mq.drain("not-tls")).isEmpty();
  }

  @Test
  void a_connection_that_breaks_under_the_answer_leaves_the_outcome_unknown() throws Exception {
    try (ServerSocket breaking = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread server =
          new Thread(
              () -> {
                try (var connection = breaking.accept()) {
                  connection.getInputStream().read();
                } catch (IOException e) {
                  // it breaks anyway
                }
              });
      server.start();
      String url = "http://127.0.0.1:" + breaking.getLocalPort();
      assertThat(postOne(url + "/0/q", url, "")).isInstanceOf(Outcome.Unknown.class);
      server.join();
    }
  }

  @Test
  void a_queue_that_is_made_again_is_found_again() throws Exception {
    mq.create("again");
    AsyncProducer to = producer("again", mq.url(), "");
    post(to, List.of(exchange("{}", "AU:1", "AU.x")));
    mq.delete("again");
    assertThat(post(to, List.of(exchange("{}", "AU:2", "AU.x"))).get(0))
        .isInstanceOf(Outcome.Unavailable.class);
    mq.create("again");

    assertThat(post(to, List.of(exchange("{}", "AU:3", "AU.x"))).get(0))
        .isInstanceOf(Outcome.Posted.class);
    to.stop();
  }

  @Test
  void a_server_that_does_not_answer_leaves_the_outcome_unknown() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String url = "http://127.0.0.1:" + silent.getLocalPort();
      assertThat(postOne(url + "/0/q", url, "timeout: 400ms,")).isInstanceOf(Outcome.Unknown.class);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "500, InternalError, Unknown",
    "502, , Unknown",
    "503, ServiceUnavailable, Unavailable",
    "400, ThrottlingException, Unavailable",
    "403, AccessDeniedException, Unavailable",
    "403, InvalidClientTokenId, Unavailable",
    "400, AWS.SimpleQueueService.NonExistentQueue, Unavailable",
    "400, KmsAccessDenied, Unavailable",
    "400, InvalidMessageContents, Refused",
    "400, InvalidParameterValue, Refused"
  })
  void an_answer_that_is_no_success(int status, String code, String outcome) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.getRequestBody().readAllBytes();
          byte[] body =
              (code == null ? "?" : "{\"__type\":\"com.amazonaws.sqs#" + code + "\"}")
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();
      Outcome found = postOne(url + "/0/q", url, "");
      assertThat(found.getClass().getSimpleName()).isEqualTo(outcome);
      assertThat(found.detail()).contains(String.valueOf(status)).doesNotContain("secret");
    } finally {
      server.stop(0);
    }
  }
}
