package org.intergov.outbound;

import java.util.ArrayList;
import java.util.List;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.api.ApiConfiguration;
import org.intergov.outbound.api.KafkaIntake;
import org.intergov.outbound.api.QueuedMessages;
import org.intergov.outbound.api.SqsIntake;
import org.intergov.outbound.channel.kafka.KafkaConnection;
import org.intergov.outbound.channel.kafka.KafkaDeadLetters;
import org.intergov.outbound.channel.sqs.SqsConnection;
import org.intergov.outbound.channel.sqs.SqsDeadLetters;

/** Intake from queues and topics, where the settings ask for it. For the thread that starts. */
final class QueueIntakes implements CamelConfiguration, AutoCloseable {
  private static final String SQS = "sqs-intake";
  private static final String KAFKA = "kafka-intake";

  /** All route files there may be. */
  static final List<String> ROUTES = List.of(SQS, KAFKA);

  private final Settings settings;
  private SqsDeadLetters sqsDeadLetters;
  private KafkaDeadLetters kafkaDeadLetters;

  QueueIntakes(Settings settings) {
    this.settings = settings;
  }

  /** Routes that are there only where there is something to read; each file has its name. */
  List<String> routes() {
    List<String> routes = new ArrayList<>();
    settings.sqsIntake().ifPresent(sqs -> routes.add(SQS));
    settings.kafkaIntake().ifPresent(kafka -> routes.add(KAFKA));
    return routes;
  }

  /** What the routes refer to by name; no secrets. */
  void properties(Main main) {
    settings.sqsIntake().ifPresent(sqs -> configure(main, sqs));
    settings.kafkaIntake().ifPresent(kafka -> configure(main, kafka));
  }

  private static void configure(Main main, SqsIntakeSettings sqs) {
    SqsConnection from = sqs.queue();
    main.addOverrideProperty(Setting.SQS_QUEUE.key(), from.queue());
    main.addOverrideProperty(Setting.SQS_READERS.key(), String.valueOf(sqs.readers()));
    main.addOverrideProperty(Setting.SQS_REGION.key(), from.region());
    main.addOverrideProperty(Setting.SQS_ENDPOINT.key(), from.endpoint());
    main.addOverrideProperty(Setting.SQS_PROFILE.key(), from.profile());
  }

  private static void configure(Main main, KafkaIntakeSettings kafka) {
    KafkaConnection to = kafka.connection();
    main.addOverrideProperty(Setting.KAFKA_BROKERS.key(), to.brokers());
    main.addOverrideProperty(Setting.KAFKA_TOPIC.key(), kafka.topic());
    main.addOverrideProperty(Setting.KAFKA_GROUP.key(), kafka.group());
    main.addOverrideProperty(Setting.KAFKA_SECURITY_PROTOCOL.key(), to.securityProtocol());
    main.addOverrideProperty(Setting.KAFKA_SASL_MECHANISM.key(), to.saslMechanism());
  }

  /** The beans of the routes. */
  @Override
  public void configure(CamelContext camel) {
    Registry registry = camel.getRegistry();
    QueuedMessages queued =
        registry.lookupByNameAndType(ApiConfiguration.QUEUED_MESSAGES, QueuedMessages.class);
    settings
        .sqsIntake()
        .ifPresent(
            sqs -> {
              sqsDeadLetters = new SqsDeadLetters(sqs.deadLetters());
              registry.bind("sqsIntakeAuth", sqs.queue().auth());
              registry.bind(
                  "sqsIntake", new SqsIntake(sqs.queue().queueName(), queued, sqsDeadLetters));
            });
    settings
        .kafkaIntake()
        .ifPresent(
            kafka -> {
              kafkaDeadLetters = new KafkaDeadLetters(kafka.connection(), kafka.deadLetterTopic());
              registry.bind("kafkaIntakeAuth", kafka.connection().auth());
              registry.bind("kafkaIntakeTls", kafka.connection().tls());
              registry.bind("kafkaIntake", new KafkaIntake(queued, kafkaDeadLetters));
            });
  }

  /** When the routes have stopped. */
  @Override
  public void close() {
    if (sqsDeadLetters != null) {
      sqsDeadLetters.close();
    }
    if (kafkaDeadLetters != null) {
      kafkaDeadLetters.close();
    }
  }
}
