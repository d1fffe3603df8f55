package org.intergov.outbound;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.channel.sqs.SqsConnection;
import org.intergov.outbound.config.kind.SqsForms;

/**
 * Intake from an SQS queue.
 *
 * @param queue the messages; its secrets are not printed
 * @param deadLetters where what is no message goes; on the same server
 * @param readers threads
 */
record SqsIntakeSettings(SqsConnection queue, SqsConnection deadLetters, int readers) {
  private static final String PREFIX = "intergov.intake.sqs.";

  private static final List<Setting> PLAIN =
      List.of(
          Setting.SQS_QUEUE,
          Setting.SQS_DEAD_LETTER_QUEUE,
          Setting.SQS_READERS,
          Setting.SQS_REGION,
          Setting.SQS_ENDPOINT,
          Setting.SQS_PROFILE);

  private static final List<Setting> AUTH =
      List.of(Setting.SQS_ACCESS_KEY_ID, Setting.SQS_SECRET_ACCESS_KEY, Setting.SQS_SESSION_TOKEN);

  /** Empty if there is no queue; what is wrong is told to {@code sources}. */
  static Optional<SqsIntakeSettings> read(SettingSources sources) {
    if (value(sources, Setting.SQS_QUEUE).isEmpty()) {
      Setting other = Setting.SQS_DEAD_LETTER_QUEUE;
      if (!value(sources, other).isEmpty()) {
        sources.fault(Setting.SQS_QUEUE, "", "a queue, since " + other.key() + " is set");
      }
      return Optional.empty();
    }
    Map<String, String> plain = new HashMap<>();
    for (Setting s : PLAIN) {
      String value = value(sources, s);
      plain.put(name(s), value);
      SqsForms.expected(name(s), value).ifPresent(e -> sources.fault(s, value, e));
    }
    Map<String, String> auth = auth(sources);
    SqsForms.contradictions(plain, !auth.isEmpty())
        .forEach((name, e) -> sources.fault(setting(name), plain.get(name), e));
    if (plain.get("queue").equals(plain.get("dead-letter-queue"))) {
      sources.fault(
          Setting.SQS_DEAD_LETTER_QUEUE,
          plain.get("queue"),
          "a queue other than that of the messages");
    }
    ParameterMap keys = new ParameterMap("intake", auth);
    String readers = plain.get("readers");
    return Optional.of(
        new SqsIntakeSettings(
            connection(plain, "queue", keys),
            connection(plain, "dead-letter-queue", keys),
            readers.matches("[0-9]{1,2}") ? Integer.parseInt(readers) : 1));
  }

  private static SqsConnection connection(
      Map<String, String> plain, String queue, ParameterMap auth) {
    return new SqsConnection(
        plain.get(queue), plain.get("region"), plain.get("endpoint"), plain.get("profile"), auth);
  }

  private static Map<String, String> auth(SettingSources sources) {
    Map<String, String> auth = new HashMap<>();
    for (Setting s : AUTH) {
      String value = value(sources, s);
      if (value.chars().anyMatch(c -> c <= ' ' || c >= 0x7f)) {
        sources.fault(s, "a value that is not shown", "visible ASCII, without spaces");
      }
      if (!value.isEmpty()) {
        auth.put(name(s).substring("auth.".length()), value);
      }
    }
    if (!auth.isEmpty()) {
      for (Setting s : AUTH.subList(0, 2)) {
        if (value(sources, s).isEmpty()) {
          sources.fault(s, "", "a value; id and secret go together");
        }
      }
    }
    return auth;
  }

  private static Setting setting(String name) {
    return Setting.ofKey(PREFIX + name).orElseThrow();
  }

  private static String name(Setting setting) {
    return setting.key().substring(PREFIX.length());
  }

  private static String value(SettingSources sources, Setting setting) {
    return sources.get(setting).value();
  }
}
