package org.intergov.outbound.config.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.routing.Channel;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a channel of kind kafka says is checked before the gateway starts. */
class KafkaParametersTest {
  private static final String BROKERS = "brokers: \"a.example:9092, [::1]:9093\"";
  private static Map<String, KindDescription> kinds;

  @TempDir Path folder;

  @BeforeAll
  static void load() throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.disableJMX();
      camel.build();
      kinds = ChannelKinds.load(camel);
    }
  }

  @Test
  void what_is_needed_is_brokers_and_topic() throws Exception {
    assertThat(read(BROKERS + ", topic: fr-outbound").parameters())
        .containsEntry("topic", "fr-outbound");
  }

  @Test
  void a_broker_has_any_port_there_is() throws Exception {
    String brokers = "a.example:1, b.example:65535";
    assertThat(read("brokers: \"" + brokers + "\", topic: t").parameters())
        .containsEntry("brokers", brokers);
  }

  @Test
  void a_login_over_tls_of_javas_own_trust_is_fine() throws Exception {
    assertThat(
            read(BROKERS
                    + ", topic: t, security-protocol: SASL_SSL"
                    + ", auth: { username: me, password: \"{{env:SECRET}}\" }")
                .parameters())
        .containsEntry("auth.password", "hunter2");
  }

  @Test
  void what_cannot_be_used_is_named_with_its_path() {
    // no parameters of a test: mutation testing runs each by itself, which takes much longer
    for (String line :
        List.of(
            "topic: t | brokers | nothing",
            "BROKERS | topic | nothing",
            "brokers: a.example, topic: t | brokers | expected host:port",
            "brokers: \"a.example:0\", topic: t | brokers | expected host:port",
            "brokers: \"a.example:65536\", topic: t | brokers | expected host:port",
            "brokers: \"a:1,,b:2\", topic: t | brokers | expected host:port",
            "BROKERS, topic: a/b | topic | the name of a topic",
            "BROKERS, topic: .. | topic | the name of a topic",
            "BROKERS, topic: t, key-by: obj | key-by | one of subject, receiver",
            "BROKERS, topic: t, security-protocol: TLS | security-protocol | one of PLAINTEXT, SSL",
            "BROKERS, topic: t, sasl-mechanism: GSSAPI | sasl-mechanism | one of PLAIN, SCRAM",
            "BROKERS, topic: t, security-protocol: SASL_SSL | auth | requires them",
            "BROKERS, topic: t, auth: { username: a, password: b } | auth | SASL_SSL or SASL_PLAINTEXT",
            "BROKERS, topic: t, security-protocol: SASL_SSL, auth: { username: a } | auth.password | it",
            "BROKERS, topic: t, tls: { ca: none.pem } | tls | SSL or SASL_SSL beside it",
            "BROKERS, topic: t, receipts-topic: a b | receipts-topic | the name of a topic",
            "BROKERS, topic: t, group: g | group | a receipts-topic beside it",
            "BROKERS, topic: t, receipts-topic: r, group: a b | group | the name of a consumer group")) {
      String[] parts = line.split(" \\| ");
      isNamed(parts[0], parts[1], parts[2]);
    }
  }

  private void isNamed(String parameters, String path, String expected) {
    InvalidChannelsException e =
        catchThrowableOfType(
            InvalidChannelsException.class, () -> read(parameters.replace("BROKERS", BROKERS)));

    assertThat(e).hasMessageContaining("channels[0].parameters." + path);
    assertThat(e).hasMessageContaining(expected);
  }

  private Channel read(String parameters) throws Exception {
    Path file = folder.resolve("channels.yaml");
    Files.writeString(
        file,
        "channels:\n  - id: fr-topic\n    match: { receiver: FR }\n    kind: kafka\n"
            + "    parameters: { "
            + parameters
            + " }\n");
    return ChannelsFile.load(file, Map.of("SECRET", "hunter2")::get, "AU", kinds)
        .table()
        .channels()
        .get(0);
  }
}
