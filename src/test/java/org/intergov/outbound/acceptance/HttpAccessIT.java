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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Channels that want to know who is calling. */
@Execution(ExecutionMode.SAME_THREAD)
class HttpAccessIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final Path FILES = Path.of("target", "acceptance", "http-access-tls");
  private static final TestChannel OAUTH = new TestChannel().otherwise(HttpAccessIT::unlessRevoked);
  private static final TestChannel KEYED = new TestChannel();
  private static final TestChannel TLS = new TestChannel(tls());
  private static final TokenServer TOKENS = new TokenServer("Basic " + base64("au:hunter2-secret"));

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("http-access")
          .with(OAUTH, KEYED, TLS, TOKENS)
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
                      OAUTH.url(), TOKENS.url(), KEYED.url(), TLS.url(), FILES.getFileName()));

  private static final Api API = GATEWAY.api();
  private static volatile String revoked = "none";

  /** The server's own certificate, and the one client that it knows. */
  private static HttpServerOptions tls() {
    TestCertificates.make(FILES.toAbsolutePath(), "server");
    TestCertificates.make(FILES.toAbsolutePath(), "client");
    return new HttpServerOptions()
        .setSsl(true)
        .setClientAuth(ClientAuth.REQUIRED)
        .setKeyCertOptions(
            new PemKeyCertOptions().setCertPath(file("server.crt")).setKeyPath(file("server.key")))
        .setTrustOptions(new PemTrustOptions().addCertPath(file("client.crt")));
  }

  private static Reply unlessRevoked(TestChannel.Post post) {
    String authorization = post.headers().getOrDefault("authorization", "");
    return authorization.startsWith("Bearer token-") && !authorization.equals("Bearer " + revoked)
        ? Reply.accept()
        : Reply.status(401);
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
    List<Sent> waiting = API.submit(Sent.many("SG", "locked-out", 50));
    API.awaitEvent(waiting.get(0), "unavailable");
    await("more than retry.attempts")
        .until(() -> API.events(waiting.get(0)).stream().filter("unavailable"::equals).count() > 3);
    assertThat(OAUTH.posts()).isEmpty();
    assertThat(API.get("/messages/" + waiting.get(0).reference() + "/journal").body())
        .contains("no token: the OpenID discovery gives no connection");

    TOKENS.open();
    awaitAccepted("SG", 50);
    assertThat(OAUTH.repeated()).isEmpty();
    assertThat(TOKENS.asked()).containsExactly("grant_type=client_credentials&scope=full");

    revoked = TOKENS.newest();
    Sent after = API.submit(Sent.to("SG", "after-revocation"));
    API.awaitStatus(after, "accepted");
    assertThat(API.events(after)).containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(OAUTH.posts(after)).hasSize(2);
    assertThat(OAUTH.keys(after)).containsOnly("AU:after-revocation");
    assertThat(TOKENS.asked()).hasSize(2);
    assertNoSecretIsTold();
  }

  @Test
  void a_key_a_password_and_a_certificate_let_us_in() {
    Sent key = API.submit(Sent.to("NZ", "with-key"));
    Sent password = API.submit(Sent.to("FJ", "with-password"));
    Sent certificate = API.submit(Sent.to("GB", "with-certificate"));
    API.awaitStatus(key, "accepted");
    API.awaitStatus(password, "accepted");
    API.awaitStatus(certificate, "accepted");

    assertThat(KEYED.posts(key).get(0).headers()).containsEntry("x-pass", "hunter2-key");
    assertThat(KEYED.posts(password).get(0).headers())
        .containsEntry("authorization", "Basic " + base64("au:hunter2-password"));
    assertThat(TLS.posts(certificate)).hasSize(1);
    assertNoSecretIsTold();
  }

  private static void assertNoSecretIsTold() {
    assertThat(GATEWAY.process().log()).doesNotContain("hunter2", "token-");
    assertThat(API.get("/channels").body()).doesNotContain("hunter2", "token-");
    assertThat(
            POSTGRES.counts(
                "http_access",
                "SELECT 'told', count(*) FROM intergov.delivery_status"
                    + " WHERE detail LIKE '%hunter2%' OR detail LIKE '%token-_%'"))
        .isEqualTo(Map.of("told", 0L));
  }
}
