package org.intergov.outbound.channel.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.channel.ChannelRoutes;
import org.intergov.outbound.channel.ChannelSender;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.routing.Channel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kind kafka without a broker: what it keeps to itself, and what it says when nobody answers. */
class ChannelKafkaTest {
  private static final String SECRET = "s3cret#with+odd&characters";

  @TempDir Path folder;

  @Test
  void no_broker_is_unavailable_nobody_waits_for_it_and_no_uri_has_the_secret() throws Exception {
    try (CamelContext camel = new DefaultCamelContext();
        ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
      Map<String, KindDescription> kinds = ChannelKinds.load(camel);
      Channel channel = channel(kinds, "127.0.0.1:" + silent.getLocalPort());
      new ChannelRoutes(camel, kinds).add(channel);
      camel.start();

      List<Exchange> ended = new CopyOnWriteArrayList<>();
      ChannelSender sender = new ChannelSender(camel, "direct:fr-topic-post");
      for (int i = 0; i < 50; i++) {
        sender.send(
            camel.getEndpoint("direct:unused"),
            "{}",
            Map.of(
                Headers.REFERENCE,
                "AU:" + i,
                Headers.IDEMPOTENCY_KEY,
                "AU:" + i,
                "subject",
                "AU.x"),
            ended::add);
        // it returns at once: the first two seconds of waiting are not the caller's
        assertThat(i > 0 || ended.isEmpty()).isTrue();
      }
      await().until(() -> ended.size() == 50);

      assertThat(ended)
          .allSatisfy(
              e ->
                  assertThat(e.getException())
                      .isInstanceOf(ChannelException.Unavailable.class)
                      .message()
                      .doesNotContain(SECRET));
      assertThat(uris(camel)).isNotEmpty().noneMatch(uri -> uri.contains("s3cret"));
    }
  }

  private static List<String> uris(CamelContext camel) {
    List<String> uris = new ArrayList<>();
    camel.getEndpoints().forEach(e -> uris.add(e.getEndpointUri() + e));
    ((ModelCamelContext) camel)
        .getRouteDefinitions()
        .forEach(r -> uris.add(String.valueOf(r.getTemplateParameters()) + r));
    return uris;
  }

  private Channel channel(Map<String, KindDescription> kinds, String broker) throws Exception {
    Path file = folder.resolve("channels.yaml");
    Files.writeString(
        file,
        """
        channels:
          - id: fr-topic
            match: { receiver: FR }
            kind: kafka
            timeout: 4s
            parameters:
              brokers: "%s"
              topic: fr-outbound
              security-protocol: SASL_PLAINTEXT
              auth: { username: me, password: "{{env:SECRET}}" }
        """
            .formatted(broker));
    return ChannelsFile.load(file, Map.of("SECRET", SECRET)::get, "AU", kinds)
        .table()
        .channels()
        .get(0);
  }
}
