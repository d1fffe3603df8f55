package org.intergov.outbound.channel.kafka;

import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.config.tls.TlsMaterial;

/**
 * The configuration of Kafka clients: the options of an endpoint, and over them what this gateway
 * must be sure of. Immutable.
 */
final class KafkaClientConfig {
  private static final int BATCH_BYTES = 16 << 10;
  private static final int LARGEST_DEAD_LETTER = 64 << 20;

  private final Map<String, Object> options = new HashMap<>();
  private final KafkaConnection connection;

  /**
   * @param options as Camel makes them of an endpoint: brokers, client id, security protocol and
   *     mechanism, group and so on
   * @param auth {@code username} and {@code password}; or null
   * @param tls as for channels of kind {@code http}; or null
   */
  KafkaClientConfig(Properties options, ParameterMap auth, ParameterMap tls) {
    options.forEach((name, value) -> this.options.put((String) name, value));
    this.connection =
        new KafkaConnection(
            options.getProperty(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG),
            options.getProperty(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG),
            options.getProperty(SaslConfigs.SASL_MECHANISM),
            auth,
            tls);
  }

  /**
   * Idempotent, acknowledged by every replica that is in sync. Waiting for a broker to name the
   * topic's leaders, or for room, takes half of {@code timeout} at most; from then on the whole of
   * it at most until the record is acknowledged or given up.
   */
  Map<String, Object> producer(Duration timeout) {
    int millis = Math.toIntExact(timeout.toMillis());
    Map<String, Object> config = client();
    config.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    // With more than one, a request that fails makes the producer number those behind it anew, and
    // what the broker had of them already it then takes a second time. One carries what has come
    // meanwhile, which is faster.
    config.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    config.put(ProducerConfig.ACKS_CONFIG, "all");
    config.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    config.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, millis / 2);
    config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, millis);
    // so that one broker that is silent leaves time for another
    config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, Math.max(50, millis / 3));
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 16 << 20);
    return config;
  }

  /** As {@link #producer}, for records of any size that a topic of others may hold. */
  Map<String, Object> deadLetters(Duration timeout) {
    Map<String, Object> config = producer(timeout);
    config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, LARGEST_DEAD_LETTER);
    config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, LARGEST_DEAD_LETTER);
    return config;
  }

  /** A member of a group, which commits what it says and nothing by itself. */
  Map<String, Object> consumer() {
    Map<String, Object> config = client();
    config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    config.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    // a replica that was killed leaves its partitions to the others after this
    config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, 10_000);
    config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, 3_000);
    config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, 4 << 20);
    config.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, 15_000);
    config.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
    return config;
  }

  private Map<String, Object> client() {
    Map<String, Object> config = new HashMap<>(options);
    // brokers may all get new addresses behind the names that are configured
    config.put(CommonClientConfigs.METADATA_RECOVERY_STRATEGY_CONFIG, "rebootstrap");
    // how soon a topic that is made, or moves, is found
    config.put(CommonClientConfigs.METADATA_MAX_AGE_CONFIG, 30_000);
    String protocol = connection.securityProtocol();
    config.put(CommonClientConfigs.SECURITY_PROTOCOL_CONFIG, protocol);
    if (protocol.endsWith("SSL") && connection.tls() != null) {
      tls(config, connection.tls().values());
    }
    if (protocol.startsWith("SASL")) {
      config.put(SaslConfigs.SASL_MECHANISM, connection.saslMechanism());
      config.put(SaslConfigs.SASL_JAAS_CONFIG, login(connection));
    }
    return config;
  }

  /** Handed over as text: what files hold, and what opens them, is in no setting that is logged. */
  private static void tls(Map<String, Object> config, Map<String, String> tls) {
    try {
      TlsMaterial material = TlsMaterial.read(tls);
      if (!material.trusted().isEmpty()) {
        config.put(SslConfigs.SSL_TRUSTSTORE_TYPE_CONFIG, "PEM");
        config.put(SslConfigs.SSL_TRUSTSTORE_CERTIFICATES_CONFIG, pem(material.trusted()));
      }
      if (material.identity().isPresent()) {
        TlsMaterial.Identity identity = material.identity().get();
        config.put(SslConfigs.SSL_KEYSTORE_TYPE_CONFIG, "PEM");
        config.put(
            SslConfigs.SSL_KEYSTORE_KEY_CONFIG,
            new Password(pem("PRIVATE KEY", identity.key().getEncoded())));
        config.put(SslConfigs.SSL_KEYSTORE_CERTIFICATE_CHAIN_CONFIG, pem(identity.chain()));
      }
    } catch (TlsMaterial.BadFileException | CertificateEncodingException e) {
      throw new IllegalArgumentException("tls: " + e.getMessage());
    }
  }

  private static Password pem(List<X509Certificate> certificates)
      throws CertificateEncodingException {
    StringBuilder pem = new StringBuilder();
    for (X509Certificate c : certificates) {
      pem.append(pem("CERTIFICATE", c.getEncoded()));
    }
    return new Password(pem.toString());
  }

  private static String pem(String what, byte[] content) {
    String lines = Base64.getMimeEncoder(64, new byte[] {10}).encodeToString(content);
    return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n".formatted(what, lines);
  }

  private static Password login(KafkaConnection connection) {
    String module =
        connection.saslMechanism().equals("PLAIN")
            ? "org.apache.kafka.common.security.plain.PlainLoginModule"
            : "org.apache.kafka.common.security.scram.ScramLoginModule";
    return new Password(
        "%s required username=\"%s\" password=\"%s\";"
            .formatted(
                module,
                quoted(connection.auth().get("username")),
                quoted(connection.auth().get("password"))));
  }

  private static String quoted(String text) {
    return text.replace("\\", "\\\\").replace("\"", "\\\"");
  }
}
