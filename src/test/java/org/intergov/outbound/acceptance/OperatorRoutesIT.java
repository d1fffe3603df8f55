package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Kind route: what a route of an operator says, does, and must not be able to do. */
class OperatorRoutesIT {
  private static final String ROUTES =
      """
      - route:
          id: own-post
          from:
            uri: direct:own-post
            steps:
              - choice:
                  when:
                    - simple: "${header.subject} contains 'refuse'"
                      steps:
                        - setHeader: { name: channelOutcome, constant: refused }
                        - setHeader: { name: channelDetail, constant: not of our making }
                    - simple: "${header.subject} contains 'busy'"
                      steps:
                        - setHeader: { name: channelOutcome, constant: unavailable }
                    - simple: "${header.subject} contains 'fail'"
                      steps:
                        - throwException:
                            exceptionType: java.lang.IllegalStateException
                            message: broke down
                    - simple: "${header.subject} contains 'hang'"
                      steps:
                        - delay: { constant: 600000 }
                    - simple: "${header.subject} contains 'silent'"
                      steps:
                        - to: log:silent?level=DEBUG
                  otherwise:
                    steps:
                      - to: direct:own-file
      - route:
          id: own-file
          from:
            uri: direct:own-file
            steps:
              - to:
                  uri: "file:{{env:OWN_DIRECTORY}}"
                  parameters: { fileName: "${header.safeKey}.json", tempPrefix: . }
              - setHeader: { name: channelTxnId, simple: "${header.safeKey}" }
              - setHeader: { name: CamelHttpUri, constant: "http://127.0.0.1:9/evil" }
      - route:
          id: own-status
          from:
            uri: direct:own-status
            steps:
              - log: "asked about ${header.channelTxnId}"
              - to: "log:customs?showBody=false&showBodyType=false"
              - setHeader: { name: channelStatus, constant: confirmed }
      """;

  @TempDir static Path home;
  private static final TestChannel HTTP = new TestChannel();

  private static final String TABLE =
      """
      defaults:
        poll: { first-after: 100ms, every: 1s, finality: 0s }
        retry: { attempts: 1, first-delay: 100ms, max-delay: 1s }
      channels:
        - id: nz-own
          match: { receiver: NZ }
          kind: route
          parameters: { post: "direct:own-post", status: "direct:own-status" }
          concurrency: 4
          timeout: 15s
          on-unknown: hold
        - id: fj-own
          match: { receiver: FJ }
          kind: route
          parameters: { post: "direct:own-post", status: "direct:own-status" }
          concurrency: 1
          timeout: 2s
          on-unknown: hold
        - id: to-own
          match: { receiver: TO }
          kind: route
          parameters: { post: "direct:own-post" }
          poll: { finality: 1h }
        - id: after
          match: { receiver: [ NZ, SG ] }
          kind: http
          parameters: { url: "%s" }
      """
          .formatted(HTTP.url());

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("operator-routes")
          .with(HTTP)
          .before(OperatorRoutesIT::writeFiles)
          .told(
              gateway ->
                  gateway
                      .channelsFile(home.resolve("channels.yaml"))
                      .setting("OWN_DIRECTORY", home.resolve("out").toString()));

  private static void writeFiles() {
    GatewayProcess.write(home.resolve("routes").resolve("own.camel.yaml"), ROUTES);
    GatewayProcess.write(home.resolve("channels.yaml"), TABLE);
  }

  private static Sent submit(String receiver, String name) {
    return GATEWAY.api().submit(Sent.to(receiver, name));
  }

  @Test
  void a_route_sends_and_says_what_became_of_it() {
    Sent message = submit("NZ", "plain");
    GATEWAY.api().awaitStatus(message, "accepted");
    assertThat(GATEWAY.api().events(message))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(GATEWAY.api().message(message).path("channel_txn_id").asText())
        .isEqualTo("AU%3Aplain");
    assertThat(home.resolve("out/AU%3Aplain.json")).exists();
    assertThat(GATEWAY.process().log().lines())
        .as("what it logs")
        .anyMatch(line -> line.contains(" INFO ") && line.contains("asked about "))
        .anyMatch(line -> line.contains(" INFO ") && line.contains(" customs "));
  }

  @Test
  void without_a_route_that_asks_what_is_sent_is_confirmed() {
    Sent message = submit("TO", "unasked");
    GATEWAY.api().awaitStatus(message, "accepted");
    assertThat(GATEWAY.api().events(message))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
  }

  @Test
  void what_a_route_refuses_goes_to_the_next_channel() {
    Sent message = submit("NZ", "refuse");
    GATEWAY.api().awaitStatus(message, "accepted");
    assertThat(GATEWAY.api().event(message, "refused").path("detail").asText())
        .isEqualTo("not of our making");
    assertThat(HTTP.posts(message)).hasSize(1);
  }

  @Test
  void a_route_that_is_unavailable_fails_over_after_its_attempts() {
    Sent message = submit("NZ", "busy");
    GATEWAY.api().awaitStatus(message, "accepted");
    assertThat(GATEWAY.api().events(message)).contains("unavailable", "failed_over");
    assertThat(HTTP.posts(message)).hasSize(1);
  }

  @Test
  void a_failure_that_a_route_did_not_foresee_is_unknown_and_never_goes_elsewhere() {
    Sent message = submit("NZ", "fail");
    GATEWAY.api().awaitDelivery(message, "held");
    assertThat(GATEWAY.api().event(message, "unknown").path("detail").asText())
        .isEqualTo("broke down");
    assertThat(HTTP.posts(message)).isEmpty();
  }

  @Test
  void a_route_that_ends_without_an_id_is_unknown() {
    Sent message = submit("NZ", "silent");
    GATEWAY.api().awaitDelivery(message, "held");
    assertThat(GATEWAY.api().event(message, "unknown").path("detail").asText()).contains("no id");
  }

  @Test
  void a_route_that_does_not_end_holds_up_nobody_else_and_is_unknown_after_its_time() {
    Sent hangs = submit("FJ", "hang");
    Sent behind = submit("FJ", "behind");
    List<Sent> others = GATEWAY.api().submit(Sent.many("SG", "beside", 200));
    GATEWAY.api().awaitStatus(others, "accepted");
    GATEWAY.api().awaitDelivery(hangs, "held");
    assertThat(GATEWAY.api().event(hangs, "unknown").path("detail").asText())
        .contains("has not ended within 2000 ms");
    GATEWAY.api().awaitStatus(behind, "accepted");
  }

  @Test
  void content_is_never_evaluated_and_never_an_address() throws Exception {
    String hostile =
        "AU.{{env:OWN_DIRECTORY}}.${header.reference}.${sys.user.dir}"
            + ".CamelHttpUri=http://127.0.0.1:9/.CamelFileName=../evil?fileName=evil&x=#{1+1}";
    for (String receiver : List.of("NZ", "SG")) {
      Sent message =
          new Sent(
              "../../" + receiver + "/${body}{{env:PATH}}",
              receiver,
              hostile,
              hostile,
              "UN.CEFACT.x");
      assertThat(GATEWAY.api().post(message.json()).status()).isEqualTo(201);
    }
    String name = "AU%3A..%2F..%2FNZ%2F%24%7Bbody%7D%7B%7Benv%3APATH%7D%7D";
    Path file = home.resolve("out").resolve(name + ".json");
    await()
        .untilAsserted(
            () -> {
              assertThat(file).exists();
              assertThat(HTTP.posts()).anyMatch(p -> p.subject().equals(hostile));
            });
    assertThat(Api.JSON.readTree(file.toFile()).path("subject").asText()).isEqualTo(hostile);
    assertThat(HTTP.complaints()).isEmpty();
    try (Stream<Path> all = Files.walk(home)) {
      assertThat(all.filter(f -> f.getFileName().toString().contains("evil"))).isEmpty();
    }
    for (String breaks : List.of("AU.a\r\nCamelHttpUri: http://127.0.0.1:9/", "AU.a\u0000b")) {
      Sent message = new Sent("breaks", "SG", breaks, "https://trade.example/x", "UN.CEFACT.x");
      assertThat(GATEWAY.api().post(message.json()).status()).isEqualTo(400);
    }
  }
}
