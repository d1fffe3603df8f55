package org.intergov.outbound;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The keys of the configuration; their defaults and meaning are in application.properties. */
enum Setting {
  JURISDICTION("intergov.jurisdiction"),
  CHANNELS("intergov.channels"),
  CHANNELS_WATCH("intergov.channels-watch"),
  ROUTES_DIR("intergov.routes-dir"),
  LIB_DIR("intergov.lib-dir"),
  DATA_DIR("intergov.data-dir"),
  DATABASE_URL("intergov.database.url"),
  DATABASE_USERNAME("intergov.database.username"),
  DATABASE_PASSWORD("intergov.database.password"),
  MIGRATION_USERNAME("intergov.database.migration.username"),
  MIGRATION_PASSWORD("intergov.database.migration.password"),
  DATABASE_CONNECTIONS("intergov.database.connections"),
  DATABASE_STANDBY("intergov.database.standby"),
  LAKE_URL("intergov.lake.url"),
  LAKE_USERNAME("intergov.lake.username"),
  LAKE_PASSWORD("intergov.lake.password"),
  API_HOST("intergov.api.host"),
  API_PORT("intergov.api.port"),
  API_TOKENS_FILE("intergov.api.tokens-file"),
  API_TLS_CERTIFICATE("intergov.api.tls.certificate"),
  API_TLS_KEY("intergov.api.tls.key"),
  API_RATE("intergov.api.rate"),
  API_INSECURE("intergov.api.insecure"),
  MANAGEMENT_HOST("intergov.management.host"),
  MANAGEMENT_PORT("intergov.management.port"),
  MANAGEMENT_JOLOKIA("intergov.management.jolokia"),
  MONITORING_BACKLOG("intergov.monitoring.backlog"),
  INTAKE_MOST_REQUESTS("intergov.intake.most-requests"),
  INTAKE_MOST_BACKLOG("intergov.intake.most-backlog"),
  SQS_QUEUE("intergov.intake.sqs.queue"),
  SQS_DEAD_LETTER_QUEUE("intergov.intake.sqs.dead-letter-queue"),
  SQS_READERS("intergov.intake.sqs.readers"),
  SQS_REGION("intergov.intake.sqs.region"),
  SQS_ENDPOINT("intergov.intake.sqs.endpoint"),
  SQS_PROFILE("intergov.intake.sqs.profile"),
  SQS_ACCESS_KEY_ID("intergov.intake.sqs.auth.access-key-id"),
  SQS_SECRET_ACCESS_KEY("intergov.intake.sqs.auth.secret-access-key"),
  SQS_SESSION_TOKEN("intergov.intake.sqs.auth.session-token"),
  KAFKA_BROKERS("intergov.intake.kafka.brokers"),
  KAFKA_TOPIC("intergov.intake.kafka.topic"),
  KAFKA_GROUP("intergov.intake.kafka.group"),
  KAFKA_DEAD_LETTER_TOPIC("intergov.intake.kafka.dead-letter-topic"),
  KAFKA_SECURITY_PROTOCOL("intergov.intake.kafka.security-protocol"),
  KAFKA_SASL_MECHANISM("intergov.intake.kafka.sasl-mechanism"),
  KAFKA_AUTH_USERNAME("intergov.intake.kafka.auth.username"),
  KAFKA_AUTH_PASSWORD("intergov.intake.kafka.auth.password"),
  KAFKA_TLS_CA("intergov.intake.kafka.tls.ca"),
  KAFKA_TLS_CERTIFICATE("intergov.intake.kafka.tls.certificate"),
  KAFKA_TLS_KEY("intergov.intake.kafka.tls.key"),
  KAFKA_TLS_KEY_PASSWORD("intergov.intake.kafka.tls.key-password"),
  EXPIRES_AFTER("intergov.expires-after"),
  ROUTER_PERIOD("intergov.router.period"),
  POLLER_PERIOD("intergov.poller.period"),
  UPDATER_PERIOD("intergov.updater.period"),
  RETENTION_OUTBOX("intergov.retention.outbox"),
  RETENTION_JOURNAL("intergov.retention.journal"),
  RETENTION_ARCHIVE("intergov.retention.archive"),
  RETENTION_PERIOD("intergov.retention.period"),
  SHUTDOWN_TIMEOUT("intergov.shutdown.timeout"),
  LOG_LEVEL("intergov.log.level"),
  LOG_FORMAT("intergov.log.format");

  static final String PREFIX = "intergov.";
  static final String ENVIRONMENT_PREFIX = "INTERGOV_";

  private final String key;

  Setting(String key) {
    this.key = key;
  }

  String key() {
    return key;
  }

  /** {@code INTERGOV_API_PORT} for {@code intergov.api.port}. */
  String variable() {
    return key.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
  }

  static Optional<Setting> ofKey(String key) {
    return Arrays.stream(values()).filter(s -> s.key.equals(key)).findFirst();
  }

  static Optional<Setting> ofVariable(String variable) {
    return Arrays.stream(values()).filter(s -> s.variable().equals(variable)).findFirst();
  }
}
