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
import org.intergov.outbound.channel.OnlyHeaders;
import org.intergov.outbound.channel.kafka.KafkaClients;
import org.intergov.outbound.channel.kafka.KafkaConnection;
import org.intergov.outbound.channel.kafka.Utf8Headers;
import org.intergov.outbound.channel.sqs.GatheringSqsClient;
import org.intergov.outbound.channel.sqs.SqsConnection;

/** Intake from queues and topics, where the settings ask for it. For the thread that starts. */
final class QueueIntakes implements CamelConfiguration {
  private static final String SQS = "sqs-intake";
  private static final String KAFKA = "kafka-intake";

  /** All route files there may be. */
  static final List<String> ROUTES = List.of(SQS, KAFKA);

  private final Settings settings;

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
    main.addOverrideProperty(Setting.JURISDICTION.key(), settings.jurisdiction());
    settings.sqsIntake().ifPresent(sqs -> configure(main, sqs));
    settings.kafkaIntake().ifPresent(kafka -> configure(main, kafka));
  }

  private static void configure(Main main, SqsIntakeSettings sqs) {
    SqsConnection from = sqs.queue();
    main.addOverrideProperty(Setting.SQS_QUEUE.key(), from.queue());
    main.addOverrideProperty(Setting.SQS_READERS.key(), String.valueOf(sqs.readers()));
    main.addOverrideProperty(Setting.SQS_DEAD_LETTER_QUEUE.key(), sqs.deadLetters().queue());
  }

  private static void configure(Main main, KafkaIntakeSettings kafka) {
    KafkaConnection to = kafka.connection();
    main.addOverrideProperty(Setting.KAFKA_BROKERS.key(), to.brokers());
    main.addOverrideProperty(Setting.KAFKA_TOPIC.key(), kafka.topic());
    main.addOverrideProperty(Setting.KAFKA_GROUP.key(), kafka.group());
    main.addOverrideProperty(Setting.KAFKA_DEAD_LETTER_TOPIC.key(), kafka.deadLetterTopic());
    main.addOverrideProperty(Setting.KAFKA_SECURITY_PROTOCOL.key(), to.securityProtocol());
    main.addOverrideProperty(Setting.KAFKA_SASL_MECHANISM.key(), to.saslMechanism());
  }

  /** The beans of the routes. */
  @Override
  public void configure(CamelContext camel) {
    Registry registry = camel.getRegistry();
    QueuedMessages queued =
        registry.lookupByNameAndType(ApiConfiguration.QUEUED_MESSAGES, QueuedMessages.class);
    registry.bind("deadLetterHeaders", OnlyHeaders.of("error", "source"));
    settings
        .sqsIntake()
        .ifPresent(
            sqs -> {
              registry.bind("sqsIntakeClient", GatheringSqsClient.of(sqs.queue(), sqs.readers()));
              registry.bind(
                  "sqsDeadLetterClient", GatheringSqsClient.ofDeadLetters(sqs.deadLetters()));
              registry.bind("sqsIntake", new SqsIntake(sqs.queue().queueName(), queued));
            });
    settings
        .kafkaIntake()
        .ifPresent(
            kafka -> {
              registry.bind(
                  "kafkaIntakeClients", KafkaClients.ofIntake(kafka.connection(), kafka.topic()));
              registry.bind(
                  "kafkaDeadLetterClients",
                  KafkaClients.ofIntake(kafka.connection(), kafka.deadLetterTopic()));
              registry.bind("kafkaText", new Utf8Headers());
              registry.bind("kafkaIntake", new KafkaIntake(queued));
            });
  }
}
