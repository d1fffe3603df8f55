package org.intergov.outbound.channel.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelSender;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.delivery.Outcome;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.flow.ChannelPoller;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls over real connections: what failed before anything was sent, and what after. */
@Timeout(60)
class ChannelHttpTest {
  private static final String BODY = "{\"sender\":\"AU\"}";
  private static final Map<String, Object> HEADERS =
      Map.of("idempotencyKey", "AU:the-ref", "reference", "AU:the-ref", "subject", "secret");

  private static Vertx vertx;
  private static DefaultCamelContext camel;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx();
    camel = new DefaultCamelContext();
    camel.disableJMX();
    camel.addComponent("channel-http", new ChannelHttpComponent(vertx));
    camel.start();
  }

  @AfterAll
  static void stop() throws Exception {
    camel.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  @Test
  void a_post_that_is_answered_is_posted() throws Exception {
    try (RawServer server = new RawServer(RawServer.created())) {
      assertThat(post(server.url(), "")).isEqualTo(new Outcome.Posted("17", false));
      assertThat(server.requests())
          .singleElement()
          .asString()
          .startsWith("POST /messages HTTP/1.1\r\n")
          .endsWith("\r\n\r\n" + BODY);
    }
  }

  private static final String FINAL =
      "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\": 17}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "100 Continue",
        "102 Processing",
        "103 Early Hints",
        "199 Whatever",
        "100 Continue,102 Processing",
        "102 Processing,103 Early Hints,100 Continue,102 Processing,180 Ringing"
      })
  void interim_answers_are_passed_over_however_many_and_every_call_has_its_own_answer(
      String interim) throws Exception {
    AtomicInteger count = new AtomicInteger();
    RawServer.Behaviour behaviour =
        (client, out) -> {
          for (String status : interim.split(",")) {
            out.write(("HTTP/1.1 " + status + "\r\nLink: <x>\r\n\r\n").getBytes(US_ASCII));
            out.flush();
          }
          out.write(FINAL.replace("17", "1" + count.incrementAndGet()).getBytes(US_ASCII));
          return true;
        };
    try (RawServer server = new RawServer(behaviour)) {
      for (int i = 1; i <= 5; i++) {
        assertThat(post(server.url(), "")).isEqualTo(new Outcome.Posted("1" + i, false));
      }
      assertThat(server.connections()).as("kept, see below").isLessThanOrEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
        "HTTP/1.1 101 Switching Protocols\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\": 17}",
        "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\": 17}HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\": 18}",
        "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\": 18}",
        "HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{\"id\": 17}garbage\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/1.1 abc Created\r\n\r\n",
        "HTTP/1.1 102 Processing\r\n\r\n"
      })
  void what_is_not_one_answer_ends_the_connection_with_an_unknown_outcome(String bytes)
      throws Exception {
    AtomicInteger count = new AtomicInteger();
    RawServer.Behaviour behaviour =
        (client, out) -> {
          boolean isFirst = count.getAndIncrement() == 0;
          out.write((isFirst ? bytes : FINAL.replace("17", "99")).getBytes(US_ASCII));
          return true;
        };
    try (RawServer server = new RawServer(behaviour)) {
      assertThat(post(server.url(), "&timeout=1000")).isInstanceOf(Outcome.Unknown.class);
      assertThat(post(server.url(), "&timeout=1000")).isEqualTo(new Outcome.Posted("99", false));
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void an_answer_that_comes_when_nobody_asks_reaches_no_call() throws Exception {
    CountDownLatch late = new CountDownLatch(1);
    AtomicInteger count = new AtomicInteger();
    RawServer.Behaviour behaviour =
        (client, out) -> {
          int n = count.incrementAndGet();
          out.write(FINAL.replace("17", "1" + n).getBytes(US_ASCII));
          out.flush();
          if (n == 1) {
            awaitLatch(late);
            out.write(FINAL.replace("17", "66").getBytes(US_ASCII));
            out.flush();
          }
          return true;
        };
    try (RawServer server = new RawServer(behaviour)) {
      assertThat(post(server.url(), "")).isEqualTo(new Outcome.Posted("11", false));
      late.countDown();
      await().until(server::isLeft);
      assertThat(post(server.url(), "")).isEqualTo(new Outcome.Posted("12", false));
    }
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(5, TimeUnit.MINUTES)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_compressed_answer_is_read_and_is_bounded_by_what_it_unfolds_to() throws Exception {
    byte[] small = gzip("\ufeff{\"id\": 17}".getBytes(UTF_8));
    try (RawServer server = new RawServer(compressed(small))) {
      assertThat(post(server.url(), "")).isEqualTo(new Outcome.Posted("17", false));
      assertThat(server.requests().get(0)).containsIgnoringCase("accept-encoding: ");
    }
    byte[] bomb = gzip(new byte[20_000_000]);
    assertThat(bomb.length).isLessThan(65_536);
    try (RawServer server = new RawServer(compressed(bomb))) {
      assertThat(post(server.url(), ""))
          .isEqualTo(new Outcome.Unknown("the answer is larger than 65536 bytes"));
    }
  }

  private static RawServer.Behaviour compressed(byte[] body) {
    return (client, out) -> {
      String head =
          "HTTP/1.1 201 Created\r\nContent-Encoding: gzip\r\nContent-Length: "
              + body.length
              + "\r\n\r\n";
      out.write(head.getBytes(US_ASCII));
      out.write(body);
      return true;
    };
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(plain);
    }
    return bytes.toByteArray();
  }

  @Test
  void only_the_headers_of_the_contract_are_sent() throws Exception {
    try (RawServer server = new RawServer(RawServer.created())) {
      Map<String, Object> headers = new HashMap<>(HEADERS);
      headers.put("CamelHttpUri", "http://evil.example");
      headers.put("Authorization", "Bearer secret");
      headers.put("Host", "evil.example");
      call(post(server.url()), BODY, headers);

      List<String> names = new ArrayList<>();
      for (String line : server.requests().get(0).split("\r\n\r\n")[0].split("\r\n")) {
        if (!line.startsWith("POST ")) {
          names.add(line.substring(0, line.indexOf(':')).toLowerCase(java.util.Locale.ROOT));
        }
      }
      assertThat(names)
          .containsExactlyInAnyOrder(
              "host",
              "accept",
              "accept-encoding",
              "user-agent",
              "content-type",
              "content-length",
              "idempotency-key");
      assertThat(server.requests().get(0))
          .containsIgnoringCase("idempotency-key: AU:the-ref\r\n")
          .contains("127.0.0.1:" + server.port())
          .doesNotContain("secret", "evil");
    }
  }

  @Test
  void no_header_of_the_answer_becomes_one_of_ours_but_retry_after_and_its_date() throws Exception {
    String wild = "CamelSqlQuery: DROP\r\nidempotencyKey: other\r\nchannelTxnId: other\r\n";
    try (RawServer server =
        new RawServer(
            RawServer.answers("503 Busy", wild + "Retry-After: 7\r\nDate: then\r\n", "{}"))) {
      Exchange exchange = call(post(server.url()), BODY, HEADERS);

      assertThat(exchange.getMessage().getHeaders())
          .containsEntry("retryAfter", "7")
          .containsEntry("answerDate", "then")
          .containsEntry("httpStatus", 503)
          .containsEntry("idempotencyKey", "AU:the-ref")
          .doesNotContainKeys("CamelSqlQuery", "channelTxnId");
    }
  }

  @Test
  void nothing_that_a_hostile_channel_answers_comes_with_a_later_call() throws Exception {
    String wild =
        """
        Set-Cookie: session=evil; Path=/
        Authorization: Bearer evil
        WWW-Authenticate: Basic realm="evil"
        X-API-Key: evil
        Idempotency-Key: evil
        Host: evil.example
        Location: http://evil.example/
        Link: <http://evil.example/messages?p=2>; rel="next"
        Alt-Svc: h2="evil.example:443"
        CamelHttpUri: http://evil.example
        channelStatus: evil
        reference: evil
        page: evil
        """
            .replace("\n", "\r\n");
    String body = "{\"id\": \"17\\r\\nX-Evil: evil\", \"headers\": {\"X-Evil\": \"evil\"}}";
    try (RawServer server = new RawServer(RawServer.answers("201 Created", wild, body))) {
      String endpoint = post(server.url());
      for (int i = 0; i < 3; i++) {
        Exchange exchange = call(endpoint, BODY, HEADERS);
        assertThat(exchange.getMessage().getHeaders())
            .containsOnlyKeys("idempotencyKey", "reference", "subject", "httpStatus")
            .containsEntry("reference", "AU:the-ref");
        assertThat(outcome(exchange)).isInstanceOf(Outcome.Unknown.class);
      }
      assertThat(server.requests()).hasSize(3).noneMatch(r -> r.contains("evil"));
    }
  }

  @Test
  void a_refused_connection_is_unavailable() throws Exception {
    int free;
    try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      free = probe.getLocalPort();
    }

    assertUnavailable(post("http://127.0.0.1:" + free, ""), "127.0.0.1:" + free);
  }

  @Test
  void a_name_that_no_one_knows_is_unavailable() throws Exception {
    assertUnavailable(post("http://no-such-host.invalid", ""), "no-such-host.invalid");
  }

  @Test
  void a_connection_that_is_not_set_up_in_time_is_unavailable() throws Exception {
    // nobody accepts, and the queue of waiting connections is full
    try (ServerSocket deaf = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<Socket> waiting = new ArrayList<>();
      try {
        for (int i = 0; i < 3; i++) {
          Socket s = new Socket();
          waiting.add(s);
          try {
            s.connect(deaf.getLocalSocketAddress(), 200);
          } catch (java.net.SocketTimeoutException e) {
            break;
          }
        }
        String url = "http://127.0.0.1:" + deaf.getLocalPort();
        assertUnavailable(post(url, "&connectTimeout=300ms&timeout=5000"), "no connection");
      } finally {
        for (Socket s : waiting) {
          s.close();
        }
      }
    }
  }

  @Test
  void no_answer_in_time_is_unknown() throws Exception {
    try (RawServer server = new RawServer((client, out) -> true)) {
      assertUnknown(post(server.url(), "&timeout=300"), "300 ms");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void an_answer_that_stops_in_the_middle_is_unknown() throws Exception {
    try (RawServer server =
        new RawServer(
            (client, out) -> {
              out.write(ascii("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\""));
              out.flush();
              return true;
            })) {
      assertUnknown(post(server.url(), "&timeout=300"), "300 ms");
    }
  }

  @Test
  void an_answer_that_breaks_off_is_unknown() throws Exception {
    try (RawServer server =
        new RawServer(
            (client, out) -> {
              out.write(ascii("HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\""));
              out.flush();
              return false;
            })) {
      assertUnknown(post(server.url(), ""), "");
    }
  }

  @Test
  void a_reset_after_sending_is_unknown() throws Exception {
    try (RawServer server =
        new RawServer(
            (client, out) -> {
              client.setSoLinger(true, 0);
              return false;
            })) {
      assertUnknown(post(server.url(), ""), "");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void an_answer_that_is_not_http_is_unknown() throws Exception {
    try (RawServer server =
        new RawServer(
            (client, out) -> {
              out.write(ascii("SSH-2.0-OpenSSH_9.6\r\n\r\n"));
              out.flush();
              return false;
            })) {
      assertUnknown(post(server.url(), "&timeout=2000"), "");
    }
  }

  @Test
  void an_endless_answer_is_cut_off_and_unknown() throws Exception {
    try (RawServer server =
        new RawServer(
            (client, out) -> {
              out.write(ascii("HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"));
              byte[] chunk = ascii("1000\r\n" + "x".repeat(0x1000) + "\r\n");
              for (int i = 0; i < 100_000; i++) {
                out.write(chunk);
              }
              return false;
            })) {
      assertUnknown(post(server.url(), "&timeout=10000"), "larger than 65536 bytes");
    }
  }

  @Test
  void a_refusal_is_a_refusal_however_long_its_body_is() throws Exception {
    try (RawServer server =
        new RawServer(RawServer.answers("400 Bad Request", "", "x".repeat(1_000_000)))) {
      assertThat(post(server.url(), "")).isEqualTo(new Outcome.Refused("answered 400"));
    }
  }

  @Test
  void a_refusal_is_a_refusal_although_its_body_breaks_off() throws Exception {
    try (RawServer server =
        new RawServer(
            (client, out) -> {
              out.write(ascii("HTTP/1.1 422 No\r\nContent-Length: 100\r\n\r\nwhy"));
              out.flush();
              return false;
            })) {
      assertThat(post(server.url(), "")).isEqualTo(new Outcome.Refused("answered 422"));
    }
  }

  @Test
  void headers_without_end_are_unknown() throws Exception {
    try (RawServer server =
        new RawServer(
            RawServer.answers("201 Created", "X: " + "y".repeat(100_000) + "\r\n", "{}"))) {
      assertUnknown(post(server.url(), ""), "");
    }
  }

  @ParameterizedTest
  @CsvSource({"301, Unavailable", "302, Unknown", "303, Unknown", "307, Unavailable"})
  void a_redirect_is_not_followed(int status, String outcome) throws Exception {
    try (RawServer elsewhere = new RawServer(RawServer.created());
        RawServer server =
            new RawServer(
                RawServer.answers(
                    status + " Go", "Location: " + elsewhere.url() + "/messages\r\n", ""))) {
      assertThat(post(server.url(), "").getClass().getSimpleName()).isEqualTo(outcome);
      assertThat(elsewhere.connections()).isZero();
    }
  }

  @Test
  void connections_are_kept_for_the_next_calls() throws Exception {
    try (RawServer server = new RawServer(RawServer.created())) {
      String endpoint = post(server.url());
      for (int i = 0; i < 20; i++) {
        assertThat(outcome(call(endpoint, BODY, HEADERS))).isInstanceOf(Outcome.Posted.class);
      }
      assertThat(server.connections())
          .as("an answer may be handed on just before its connection is free again")
          .isLessThanOrEqualTo(3);
      assertThat(server.requests()).hasSize(20);
    }
  }

  @Test
  void no_more_connections_are_open_than_the_lane_has_slots() throws Exception {
    try (RawServer server = new RawServer(RawServer.created())) {
      String endpoint = post(server.url()) + "&connections=3";
      List<CompletableFuture<Exchange>> calls = new ArrayList<>();
      for (int i = 0; i < 30; i++) {
        calls.add(send(endpoint, BODY, HEADERS));
      }
      for (CompletableFuture<Exchange> c : calls) {
        assertThat(outcome(c.join())).isInstanceOf(Outcome.Posted.class);
      }
      assertThat(server.connections()).isLessThanOrEqualTo(3);
    }
  }

  @Test
  void a_connection_that_the_server_has_closed_is_not_used_for_the_next_call() throws Exception {
    try (RawServer server =
        new RawServer(
            (client, out) -> {
              RawServer.answers("201 Created", "Connection: close\r\n", "{\"id\": 17}")
                  .answer(client, out);
              return false;
            })) {
      String endpoint = post(server.url());
      for (int i = 0; i < 5; i++) {
        assertThat(outcome(call(endpoint, BODY, HEADERS))).isInstanceOf(Outcome.Posted.class);
      }
      assertThat(server.connections()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "17, 17",
    "a/b, a%2Fb",
    "a b, a%20b",
    "a+b, a%2Bb",
    "a?b#c, a%3Fb%23c",
    "100%25, 100%2525",
    "../../admin, ..%2F..%2Fadmin",
    "ü, %C3%BC",
    "𝄞, %F0%9D%84%9E",
    "...,..."
  })
  void the_channels_id_is_one_segment_of_the_path(String id, String segment) throws Exception {
    try (RawServer server =
        new RawServer(RawServer.answers("200 OK", "", "{\"status\": \"confirmed\"}"))) {
      assertThat(status(server.url(), id)).isEqualTo(StatusAnswer.Status.CONFIRMED);
      assertThat(server.requests())
          .singleElement()
          .asString()
          .startsWith("GET /messages/" + segment + "?fields=status HTTP/1.1\r\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {".", "..", ""})
  void an_id_that_would_name_another_path_is_not_asked_about(String id) throws Exception {
    try (RawServer server =
        new RawServer(RawServer.answers("200 OK", "", "{\"status\": \"confirmed\"}"))) {
      assertThat(status(server.url(), id)).isInstanceOf(StatusAnswer.NoStatus.class);
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void an_id_cannot_add_a_header() throws Exception {
    try (RawServer server =
        new RawServer(RawServer.answers("200 OK", "", "{\"status\": \"confirmed\"}"))) {
      status(server.url(), "17 HTTP/1.1\r\nX-Evil: yes\r\n\r\n");

      assertThat(server.requests()).allMatch(r -> !r.contains("\r\nX-Evil"));
    }
  }

  @Test
  void a_base_path_is_kept() throws Exception {
    try (RawServer server = new RawServer(RawServer.created())) {
      post(server.url() + "/api/v1", "");

      assertThat(server.requests().get(0)).startsWith("POST /api/v1/messages HTTP/1.1\r\n");
    }
  }

  @Test
  void a_server_that_does_not_speak_tls_is_unavailable() throws Exception {
    try (RawServer server = new RawServer(RawServer.created())) {
      assertUnavailable(
          post(server.url().replace("http:", "https:"), "&connectTimeout=3s"), "no connection");
      assertThat(server.requests()).isEmpty();
    }
  }

  @Test
  void a_server_that_is_silent_in_the_tls_handshake_is_unavailable_in_time() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
      Outcome outcome = post("https://127.0.0.1:" + silent.getLocalPort(), "&connectTimeout=500ms");

      assertUnavailable(outcome, "no connection");
      assertThat(outcome.detail()).as("what ran out").contains("500");
      try (Socket left = silent.accept()) {
        left.setSoTimeout(60_000);
        assertThat(left.getInputStream().readAllBytes()).as("said before it hung up").isNotEmpty();
      }
    }
  }

  @Test
  void a_call_without_a_key_that_must_have_one_is_not_sent() throws Exception {
    try (RawServer server = new RawServer(RawServer.created())) {
      Outcome outcome = outcome(call(post(server.url()), BODY, Map.of()));

      assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
      assertThat(server.requests()).isEmpty();
    }
  }

  private static String post(String url) {
    return "channel-http:" + url + "/messages?method=POST&keyHeader=Idempotency-Key";
  }

  private static Outcome post(String url, String options) throws Exception {
    return outcome(call(post(url) + options, BODY, HEADERS));
  }

  private static Outcome outcome(Exchange exchange) {
    if (exchange.getException() == null) {
      try {
        new ChannelApi().posted(exchange.getMessage());
      } catch (ChannelException e) {
        exchange.setException(e);
      }
    }
    return PostOutcome.of(exchange, null);
  }

  private static StatusAnswer status(String url, String id) throws Exception {
    String endpoint =
        "channel-http:" + url + "/messages/%7BchannelTxnId%7D?method=GET&query=fields=status";
    Exchange exchange = call(endpoint, null, Map.of(Headers.CHANNEL_TXN_ID, id));
    if (exchange.getException() == null) {
      try {
        new ChannelApi().status(exchange.getMessage());
      } catch (ChannelException e) {
        exchange.setException(e);
      }
    }
    return ChannelPoller.answer(exchange);
  }

  private static Exchange call(String endpoint, Object body, Map<String, Object> headers)
      throws Exception {
    return send(endpoint, body, headers).get(30, java.util.concurrent.TimeUnit.SECONDS);
  }

  private static CompletableFuture<Exchange> send(
      String endpoint, Object body, Map<String, Object> headers) {
    CompletableFuture<Exchange> done = new CompletableFuture<>();
    new ChannelSender(camel, endpoint)
        .send(camel.getEndpoint("direct:unused"), body, headers, done::complete);
    return done;
  }

  private static void assertUnavailable(Outcome outcome, String detail) {
    assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
    assertThat(outcome.detail()).contains(detail);
  }

  private static void assertUnknown(Outcome outcome, String detail) {
    assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
    assertThat(outcome.detail()).contains(detail);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
