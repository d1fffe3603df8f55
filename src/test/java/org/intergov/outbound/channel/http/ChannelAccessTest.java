package org.intergov.outbound.channel.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelSender;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.channel.kafka.TestCertificates;
import org.intergov.outbound.delivery.Outcome;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Credentials and TLS, over real connections. */
@Timeout(60)
class ChannelAccessTest {
  private static final Map<String, Object> HEADERS =
      Map.of("idempotencyKey", "AU:the-ref", "reference", "AU:the-ref");

  @TempDir static Path files;
  private static Vertx vertx;
  private static DefaultCamelContext camel;
  private static final AtomicInteger BOUND = new AtomicInteger();

  @BeforeAll
  static void start() {
    TestCertificates.make(files, "server");
    TestCertificates.make(files, "client");
    TestCertificates.make(files, "stranger", "-keyalg", "RSA");
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

  private static Map<String, String> oauth2(RawServer tokens, String... more) {
    Map<String, String> auth = new HashMap<>();
    auth.put("type", "oauth2");
    auth.put("token-url", tokens.url() + "/token");
    auth.put("client-id", "au gateway");
    auth.put("client-secret", "hunter2&more");
    for (int i = 0; i < more.length; i += 2) {
      auth.put(more[i], more[i + 1]);
    }
    return auth;
  }

  private static RawServer.Behaviour token(String token, String life) {
    return RawServer.answers(
        "200 OK",
        "",
        "{\"access_token\":\"%s\",\"token_type\":\"Bearer\",\"expires_in\":%s}"
            .formatted(token, life));
  }

  /** Gives t1, t2, t3 and so on. */
  private static RawServer.Behaviour tokens() {
    AtomicInteger given = new AtomicInteger();
    return (client, out) -> token("t" + given.incrementAndGet(), "3600").answer(client, out);
  }

  @Test
  void a_token_is_asked_for_once_and_goes_with_every_post() throws Exception {
    try (RawServer tokens = new RawServer(tokens());
        RawServer channel = new RawServer(RawServer.created())) {
      String endpoint = post(channel.url(), oauth2(tokens, "scope", "full read"), null);
      assertThat(outcome(endpoint)).isEqualTo(new Outcome.Posted("17", false));
      assertThat(outcome(endpoint)).isEqualTo(new Outcome.Posted("17", false));

      assertThat(tokens.requests())
          .singleElement()
          .asString()
          .startsWith("POST /token HTTP/1.1\r\n")
          .containsIgnoringCase("\r\ncontent-type: application/x-www-form-urlencoded\r\n")
          .contains("Basic " + base64("au+gateway:hunter2%26more") + "\r\n")
          .endsWith("\r\n\r\ngrant_type=client_credentials&scope=full+read");
      assertThat(channel.requests())
          .hasSize(2)
          .allMatch(r -> r.contains("uthorization: Bearer t1\r\n"));
    }
  }

  @Test
  void client_id_and_secret_may_go_in_the_form() throws Exception {
    try (RawServer tokens = new RawServer(tokens());
        RawServer channel = new RawServer(RawServer.created())) {
      outcome(
          post(channel.url(), oauth2(tokens, "client-auth", "post", "audience", "urn:sg"), null));

      assertThat(tokens.requests().get(0))
          .doesNotContainIgnoringCase("authorization")
          .endsWith(
              "grant_type=client_credentials&audience=urn%3Asg&client_id=au+gateway"
                  + "&client_secret=hunter2%26more");
    }
  }

  @Test
  void an_openid_issuer_tells_where_tokens_are_asked_for() throws Exception {
    String[] own = new String[1];
    RawServer.Behaviour tokens = tokens();
    try (RawServer issuer =
            new RawServer(
                (client, out) -> {
                  if (own[0] != null) {
                    String document =
                        "{\"issuer\":\"%1$s\",\"token_endpoint\":\"%1$s/t?x=1\"}".formatted(own[0]);
                    own[0] = null;
                    return RawServer.answers("200 OK", "", document).answer(client, out);
                  }
                  return tokens.answer(client, out);
                });
        RawServer channel = new RawServer(RawServer.created())) {
      own[0] = issuer.url();
      Map<String, String> auth = oauth2(issuer, "discovery", issuer.url());
      auth.remove("token-url");
      assertThat(outcome(post(channel.url(), auth, null))).isInstanceOf(Outcome.Posted.class);

      assertThat(issuer.requests().get(0))
          .startsWith("GET /.well-known/openid-configuration HTTP/1.1\r\n");
      assertThat(issuer.requests().get(1)).startsWith("POST /t?x=1 HTTP/1.1\r\n");
    }
  }

  @Test
  void a_401_renews_the_token_once_and_repeats_the_post_once() throws Exception {
    try (RawServer tokens = new RawServer(tokens());
        RawServer channel =
            new RawServer(
                inTurn(
                    RawServer.answers("401 No", "", "{}"),
                    RawServer.answers("201 Created", "", "{\"id\": 18}")))) {
      String endpoint = post(channel.url(), oauth2(tokens), null);

      assertThat(outcome(endpoint)).isEqualTo(new Outcome.Posted("18", false));
      assertThat(channel.requests()).hasSize(2);
      assertThat(channel.requests().get(0)).contains("Bearer t1\r\n");
      assertThat(channel.requests().get(1)).contains("Bearer t2\r\n").doesNotContain("t1");
    }
  }

  @Test
  void a_second_401_is_the_answer() throws Exception {
    try (RawServer tokens = new RawServer(tokens());
        RawServer channel = new RawServer(RawServer.answers("401 No", "", "{}"))) {
      Outcome outcome = outcome(post(channel.url(), oauth2(tokens), null));

      assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
      assertThat(outcome.detail()).contains("401");
      assertThat(channel.requests()).hasSize(2);
      assertThat(tokens.requests()).hasSize(2);
    }
  }

  @Test
  void a_401_without_tokens_is_not_repeated() throws Exception {
    try (RawServer channel = new RawServer(RawServer.answers("401 No", "", "{}"))) {
      Map<String, String> auth = Map.of("type", "basic", "username", "au", "password", "pässword");
      assertThat(outcome(post(channel.url(), auth, null))).isInstanceOf(Outcome.Unavailable.class);

      assertThat(channel.requests())
          .singleElement()
          .asString()
          .contains("uthorization: Basic " + base64("au:pässword") + "\r\n");
    }
  }

  @Test
  void an_api_key_goes_in_its_header() throws Exception {
    try (RawServer channel = new RawServer(RawServer.created())) {
      Map<String, String> auth = Map.of("type", "api-key", "header", "X-Pass", "key", "k=1");
      outcome(post(channel.url(), auth, null));

      assertThat(channel.requests().get(0)).contains("\r\nX-Pass: k=1\r\n");
    }
  }

  @Test
  void all_posts_that_wait_get_the_token_of_one_request() throws Exception {
    CompletableFuture<Void> go = new CompletableFuture<>();
    RawServer.Behaviour tokens = tokens();
    try (RawServer slow =
            new RawServer(
                (client, out) -> {
                  go.join();
                  return tokens.answer(client, out);
                });
        RawServer channel = new RawServer(RawServer.created())) {
      String endpoint = post(channel.url(), oauth2(slow), null);
      List<CompletableFuture<Exchange>> waiting = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        waiting.add(send(endpoint));
      }
      assertThat(channel.requests()).isEmpty();
      go.complete(null);
      for (CompletableFuture<Exchange> w : waiting) {
        assertThat(outcome(w.join())).isEqualTo(new Outcome.Posted("17", false));
      }
      assertThat(slow.requests()).hasSize(1);
      assertThat(channel.requests()).hasSize(100);
    }
  }

  static List<RawServer.Behaviour> uselessTokenEndpoints() {
    String good = "{\"access_token\":\"%s\",\"expires_in\":60}";
    return List.of(
        RawServer.answers("500 Oops", "", "hunter2"),
        RawServer.answers("400 Bad", "", "{\"error\":\"invalid_client\"}"),
        RawServer.answers("400 Bad", "", "{\"error\":\"hunter2\"}"),
        RawServer.answers("401 No", "", ""),
        RawServer.answers("302 Found", "Location: http://127.0.0.1:1/\r\n", ""),
        RawServer.answers("200 OK", "", "not json"),
        RawServer.answers("200 OK", "", "[]"),
        RawServer.answers("200 OK", "", "{\"access_token\":17}"),
        RawServer.answers("200 OK", "", good.formatted("")),
        RawServer.answers("200 OK", "", good.formatted("a\\r\\nX-Evil: yes")),
        RawServer.answers("200 OK", "", good.formatted("x".repeat(20_000))),
        RawServer.answers("200 OK", "", good.formatted("a b")),
        RawServer.answers("200 OK", "", "{\"access_token\":\"a\",\"token_type\":\"mac\"}"),
        RawServer.answers("200 OK", "", " ".repeat(100_000)),
        (client, out) -> false);
  }

  @ParameterizedTest
  @MethodSource("uselessTokenEndpoints")
  void without_a_token_nothing_is_sent_and_the_channel_is_unavailable(RawServer.Behaviour useless)
      throws Exception {
    try (RawServer tokens = new RawServer(useless);
        RawServer channel = new RawServer(RawServer.created())) {
      Outcome outcome = outcome(post(channel.url(), oauth2(tokens), null));

      assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
      assertThat(outcome.detail())
          .startsWith("no token: ")
          .doesNotContain("hunter2")
          .doesNotContain(tokens.url());
      assertThat(channel.connections()).isZero();
    }
  }

  @Test
  void a_token_endpoint_that_is_silent_costs_no_more_than_the_channels_timeouts() throws Exception {
    try (RawServer tokens = new RawServer((client, out) -> true);
        RawServer channel = new RawServer(RawServer.created())) {
      Outcome outcome = outcome(post(channel.url(), oauth2(tokens), null) + "&timeout=300");

      assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
      assertThat(outcome.detail()).startsWith("no token: none came within ");
      assertThat(channel.connections()).isZero();
    }
  }

  @Test
  void nobody_at_the_token_endpoint_is_unavailable() throws Exception {
    int free;
    try (ServerSocket probe = new ServerSocket(0)) {
      free = probe.getLocalPort();
    }
    try (RawServer channel = new RawServer(RawServer.created())) {
      Map<String, String> auth =
          Map.of(
              "type", "oauth2",
              "token-url", "http://127.0.0.1:" + free + "/token",
              "client-id", "a",
              "client-secret", "hunter2");
      assertThat(outcome(post(channel.url(), auth, null)).detail())
          .startsWith("no token: the token endpoint gives no connection");
    }
  }

  @Test
  void secrets_stand_in_no_address_and_no_name() throws Exception {
    try (RawServer tokens = new RawServer(tokens())) {
      String endpoint = post("http://127.0.0.1:1", oauth2(tokens), null);
      outcome(endpoint);

      assertThat(camel.getEndpoints())
          .allSatisfy(
              e ->
                  assertThat(e.getEndpointUri() + e.getEndpointKey() + e)
                      .doesNotContain("hunter2"));
      assertThat(new ParameterMap("sg", oauth2(tokens)).toString()).doesNotContain("hunter2");
      assertThat(new Credentials.Header("a", "hunter2").toString()).doesNotContain("hunter2");
    }
  }

  @Test
  void a_channel_that_asks_for_our_certificate_gets_it_from_pem_files() throws Exception {
    Map<String, String> tls =
        Map.of(
            "ca", file("server.crt"), "certificate", file("client.crt"), "key", file("client.key"));
    assertThat(overTls(tls)).isEqualTo(new Outcome.Posted("17", false));
  }

  @Test
  void a_channel_that_asks_for_our_certificate_gets_it_from_a_keystore() throws Exception {
    Map<String, String> tls =
        Map.of(
            "truststore",
            file("server.p12"),
            "truststore-password",
            TestCertificates.PASSWORD,
            "keystore",
            file("client.p12"),
            "keystore-password",
            TestCertificates.PASSWORD);
    assertThat(overTls(tls)).isEqualTo(new Outcome.Posted("17", false));
  }

  @Test
  void a_channel_with_another_authority_is_unavailable() throws Exception {
    Outcome outcome = overTls(Map.of("ca", file("stranger.crt")));
    assertThat(outcome).isInstanceOf(Outcome.Unavailable.class);
    assertThat(outcome.detail()).contains("no connection");
  }

  @Test
  void a_channel_that_does_not_accept_our_certificate_is_unavailable() throws Exception {
    Map<String, String> other =
        Map.of(
            "ca", file("server.crt"),
            "certificate", file("stranger.crt"),
            "key", file("stranger.key"));
    assertThat(overTls(other)).isInstanceOf(Outcome.Unavailable.class);
    assertThat(overTls(Map.of("ca", file("server.crt")))).isInstanceOf(Outcome.Unavailable.class);
  }

  private static String file(String name) {
    return files.resolve(name).toString();
  }

  /** A post to a server that trusts the client's certificate alone. */
  private static Outcome overTls(Map<String, String> tls) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setSsl(true)
                    .setClientAuth(ClientAuth.REQUIRED)
                    .setKeyCertOptions(
                        new PemKeyCertOptions()
                            .setCertPath(file("server.crt"))
                            .setKeyPath(file("server.key")))
                    .setTrustOptions(new PemTrustOptions().addCertPath(file("client.crt"))))
            .requestHandler(r -> r.response().setStatusCode(201).end("{\"id\": 17}"));
    server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    try {
      return outcome(post("https://127.0.0.1:" + server.actualPort(), null, tls));
    } finally {
      server.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static RawServer.Behaviour inTurn(RawServer.Behaviour... behaviours) {
    AtomicInteger turn = new AtomicInteger();
    return (client, out) ->
        behaviours[Math.min(turn.getAndIncrement(), behaviours.length - 1)].answer(client, out);
  }

  private static String post(String url, Map<String, String> auth, Map<String, String> tls) {
    return "channel-http:"
        + url
        + "/messages?method=POST&keyHeader=Idempotency-Key"
        + bound("auth", auth)
        + bound("tls", tls);
  }

  private static String bound(String name, Map<String, String> values) {
    if (values == null) {
      return "";
    }
    String reference = "sg-" + name + "-" + BOUND.incrementAndGet();
    camel.getRegistry().bind(reference, new ParameterMap("sg", values));
    return "&" + name + "=#" + reference;
  }

  private static Outcome outcome(String endpoint) {
    return outcome(send(endpoint).join());
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

  private static CompletableFuture<Exchange> send(String endpoint) {
    CompletableFuture<Exchange> done = new CompletableFuture<>();
    new ChannelSender(camel, endpoint)
        .send(camel.getEndpoint("direct:unused"), "{}", HEADERS, done::complete);
    return done.orTimeout(30, java.util.concurrent.TimeUnit.SECONDS);
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
