package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.channel.kafka.TestCertificates;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Channels that want to know who is calling. */
@ExtendWith(ShowLogsOnFailure.class)
@Execution(ExecutionMode.SAME_THREAD)
class HttpAccessIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final Path FILES = Path.of("target", "acceptance", "http-access-tls");
  private static TestChannel oauth;
  private static TestChannel keyed;
  private static TestChannel tls;
  private static TokenServer tokens;
  private static GatewayProcess gateway;
  private static Api api;
  private static volatile String revoked = "none";

  @BeforeAll
  static void start() {
    TestCertificates.make(FILES.toAbsolutePath(), "server");
    TestCertificates.make(FILES.toAbsolutePath(), "client");
    oauth = new TestChannel();
    oauth.otherwise(
        post ->
            post.headers().getOrDefault("authorization", "").startsWith("Bearer token-")
                    && !post.headers().get("authorization").equals("Bearer " + revoked)
                ? Reply.accept()
                : Reply.status(401));
    keyed = new TestChannel();
    tls =
        new TestChannel(
            new HttpServerOptions()
                .setSsl(true)
                .setClientAuth(ClientAuth.REQUIRED)
                .setKeyCertOptions(
                    new PemKeyCertOptions()
                        .setCertPath(file("server.crt"))
                        .setKeyPath(file("server.key")))
                .setTrustOptions(new PemTrustOptions().addCertPath(file("client.crt"))));
    tokens = new TokenServer("Basic " + base64("au:hunter2-secret"));
    gateway =
        GatewayProcess.named("http-access")
            .database(POSTGRES.create("http_access"))
            .setting("SG_SECRET", "hunter2-secret")
            .setting("NZ_KEY", "hunter2-key")
            .setting("FJ_PASSWORD", "hunter2-password")
            .setting("GB_PASSWORD", TestCertificates.PASSWORD)
            .channels(
                """
                defaults:
                  retry: { attempts: 2, first-delay: 100ms, factor: 2, max-delay: 500ms }
                  circuit: off
                  poll: { first-after: 100ms, every: 1s }
                channels:
                  - id: sg-oauth
                    match: { receiver: SG }
                    kind: http
                    parameters:
                      url: "%1$s"
                      auth: { type: oauth2, discovery: "%2$s", client-id: au,
                              client-secret: "{{env:SG_SECRET}}", scope: full }
                  - id: nz-key
                    match: { receiver: NZ }
                    kind: http
                    parameters:
                      url: "%3$s"
                      auth: { type: api-key, header: X-Pass, key: "{{env:NZ_KEY}}" }
                  - id: fj-basic
                    match: { receiver: FJ }
                    kind: http
                    parameters:
                      url: "%3$s"
                      auth: { type: basic, username: au, password: "{{env:FJ_PASSWORD}}" }
                  - id: gb-tls
                    match: { receiver: GB }
                    kind: http
                    parameters:
                      url: "%4$s"
                      tls:
                        ca: %5$s/server.crt
                        keystore: %5$s/client.p12
                        keystore-password: "{{env:GB_PASSWORD}}"
                """
                    .formatted(
                        oauth.url(), tokens.url(), keyed.url(), tls.url(), FILES.getFileName()))
            .start();
    api = gateway.api();
  }

  @AfterAll
  static void stop() {
    gateway.close();
    tokens.close();
    oauth.close();
    keyed.close();
    tls.close();
  }

  private static String file(String name) {
    return FILES.resolve(name).toAbsolutePath().toString();
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Map<String, Long> lake(String receiver) {
    return POSTGRES.counts(
        "http_access",
        "SELECT status, count(*) FROM intergov.message_lake WHERE receiver = '%s'"
                .formatted(receiver)
            + " GROUP BY 1");
  }

  private static void awaitAccepted(String receiver, long count) {
    await(receiver + " is accepted")
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(lake(receiver)).isEqualTo(Map.of("accepted", count)));
  }

  @Test
  void while_there_are_no_tokens_nothing_is_sent_or_lost_and_a_revoked_one_is_renewed() {
    List<Sent> waiting = api.submit(Sent.many("SG", "locked-out", 50));
    api.awaitEvent(waiting.get(0), "unavailable");
    await("more than retry.attempts")
        .until(() -> api.events(waiting.get(0)).stream().filter("unavailable"::equals).count() > 3);
    assertThat(oauth.posts()).isEmpty();
    assertThat(api.get("/messages/" + waiting.get(0).reference() + "/journal").body())
        .contains("no token: the OpenID discovery gives no connection");

    tokens.open();
    awaitAccepted("SG", 50);
    assertThat(oauth.repeated()).isEmpty();
    assertThat(tokens.asked()).containsExactly("grant_type=client_credentials&scope=full");

    revoked = tokens.newest();
    Sent after = api.submit(Sent.to("SG", "after-revocation"));
    api.awaitStatus(after, "accepted");
    assertThat(api.events(after)).containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(oauth.posts(after)).hasSize(2);
    assertThat(oauth.keys(after)).containsOnly("AU:after-revocation");
    assertThat(tokens.asked()).hasSize(2);
    assertNoSecretIsTold();
  }

  @Test
  void a_key_a_password_and_a_certificate_let_us_in() {
    Sent key = api.submit(Sent.to("NZ", "with-key"));
    Sent password = api.submit(Sent.to("FJ", "with-password"));
    Sent certificate = api.submit(Sent.to("GB", "with-certificate"));
    api.awaitStatus(key, "accepted");
    api.awaitStatus(password, "accepted");
    api.awaitStatus(certificate, "accepted");

    assertThat(keyed.posts(key).get(0).headers()).containsEntry("x-pass", "hunter2-key");
    assertThat(keyed.posts(password).get(0).headers())
        .containsEntry("authorization", "Basic " + base64("au:hunter2-password"));
    assertThat(tls.posts(certificate)).hasSize(1);
    assertNoSecretIsTold();
  }

  private static void assertNoSecretIsTold() {
    assertThat(gateway.log()).doesNotContain("hunter2", "token-");
    assertThat(api.get("/channels").body()).doesNotContain("hunter2", "token-");
    assertThat(
            POSTGRES.counts(
                "http_access",
                "SELECT 'told', count(*) FROM intergov.delivery_status"
                    + " WHERE detail LIKE '%hunter2%' OR detail LIKE '%token-_%'"))
        .isEqualTo(Map.of("told", 0L));
  }
}
