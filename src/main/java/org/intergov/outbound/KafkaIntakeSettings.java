package org.intergov.outbound;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.channel.kafka.KafkaConnection;
import org.intergov.outbound.config.kind.KafkaForms;
import org.intergov.outbound.config.tls.TlsMaterial;

/**
 * Intake from a Kafka topic.
 *
 * @param connection how to reach the brokers; its secrets are not printed
 */
record KafkaIntakeSettings(
    String topic, String group, String deadLetterTopic, KafkaConnection connection) {
  private static final String PREFIX = "intergov.intake.kafka.";

  private static final List<Setting> PLAIN =
      List.of(
          Setting.KAFKA_BROKERS,
          Setting.KAFKA_TOPIC,
          Setting.KAFKA_GROUP,
          Setting.KAFKA_DEAD_LETTER_TOPIC,
          Setting.KAFKA_SECURITY_PROTOCOL,
          Setting.KAFKA_SASL_MECHANISM);

  private static final List<Setting> AUTH =
      List.of(Setting.KAFKA_AUTH_USERNAME, Setting.KAFKA_AUTH_PASSWORD);

  private static final List<Setting> TLS =
      List.of(
          Setting.KAFKA_TLS_CA,
          Setting.KAFKA_TLS_CERTIFICATE,
          Setting.KAFKA_TLS_KEY,
          Setting.KAFKA_TLS_KEY_PASSWORD);

  /** Empty if there are no brokers; what is wrong is told to {@code sources}. */
  static Optional<KafkaIntakeSettings> read(SettingSources sources) {
    if (value(sources, Setting.KAFKA_BROKERS).isEmpty()) {
      for (Setting other : List.of(Setting.KAFKA_TOPIC, Setting.KAFKA_DEAD_LETTER_TOPIC)) {
        if (!value(sources, other).isEmpty()) {
          sources.fault(
              Setting.KAFKA_BROKERS, "", "host:port of brokers, since " + other.key() + " is set");
        }
      }
      return Optional.empty();
    }
    for (Setting s : PLAIN) {
      String value = value(sources, s);
      if (value.isEmpty()) {
        sources.fault(s, "", "a value, since " + Setting.KAFKA_BROKERS.key() + " is set");
      } else {
        KafkaForms.expected(name(s), value).ifPresent(e -> sources.fault(s, value, e));
      }
    }
    Map<String, String> auth = given(sources, AUTH, "auth.");
    Map<String, String> tls = given(sources, TLS, "tls.");
    checkSecurity(sources, auth, tls);
    return Optional.of(
        new KafkaIntakeSettings(
            value(sources, Setting.KAFKA_TOPIC),
            value(sources, Setting.KAFKA_GROUP),
            value(sources, Setting.KAFKA_DEAD_LETTER_TOPIC),
            new KafkaConnection(
                value(sources, Setting.KAFKA_BROKERS),
                value(sources, Setting.KAFKA_SECURITY_PROTOCOL),
                value(sources, Setting.KAFKA_SASL_MECHANISM),
                new ParameterMap("intake", auth),
                new ParameterMap("intake", tls))));
  }

  private static void checkSecurity(
      SettingSources sources, Map<String, String> auth, Map<String, String> tls) {
    if (auth.size() == 1) {
      Setting missing = auth.containsKey("password") ? AUTH.get(0) : AUTH.get(1);
      sources.fault(missing, "", "a value; username and password go together");
    }
    auth.forEach(
        (name, value) -> {
          if (value.chars().anyMatch(Character::isISOControl)) {
            sources.fault(
                Setting.ofKey(PREFIX + "auth." + name).orElseThrow(),
                "a value that is not shown",
                "no control characters");
          }
        });
    KafkaForms.contradictions(
            value(sources, Setting.KAFKA_SECURITY_PROTOCOL), !auth.isEmpty(), !tls.isEmpty())
        .forEach(
            (name, expected) -> {
              boolean isAuth = name.equals("auth");
              Setting blamed = isAuth ? AUTH.get(0) : Setting.KAFKA_SECURITY_PROTOCOL;
              sources.fault(blamed, value(sources, blamed), name + ": " + expected);
            });
    try {
      TlsMaterial.read(tls);
    } catch (TlsMaterial.BadFileException e) {
      Setting blamed =
          Setting.ofKey(PREFIX + "tls." + e.setting()).orElse(Setting.KAFKA_TLS_CERTIFICATE);
      sources.fault(blamed, e.getMessage(), e.expected());
    }
  }

  private static Map<String, String> given(
      SettingSources sources, List<Setting> settings, String prefix) {
    Map<String, String> given = new HashMap<>();
    for (Setting s : settings) {
      if (!value(sources, s).isEmpty()) {
        given.put(name(s).substring(prefix.length()), value(sources, s));
      }
    }
    return given;
  }

  private static String name(Setting setting) {
    return setting.key().substring(PREFIX.length());
  }

  private static String value(SettingSources sources, Setting setting) {
    return sources.get(setting).value();
  }
}
