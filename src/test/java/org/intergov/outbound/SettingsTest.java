package org.intergov.outbound;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.intergov.outbound.store.upkeep.Retention;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The configuration: documented whole, checked whole. */
class SettingsTest {
  private static final Path DEFAULTS = Path.of("src/main/resources/application.properties");

  @TempDir Path folder;

  @Test
  void every_setting_stands_in_application_properties_and_no_other() throws IOException {
    Properties documented = new Properties();
    try (Reader in = Files.newBufferedReader(DEFAULTS)) {
      documented.load(in);
    }

    assertThat(documented.stringPropertyNames())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Setting.values()).map(Setting::key).toList());
  }

  @Test
  void every_group_of_settings_has_a_comment_above_it() throws IOException {
    List<String> lines = Files.readAllLines(DEFAULTS);
    for (int i = 1; i < lines.size(); i++) {
      boolean startsGroup = lines.get(i).startsWith("intergov.") && lines.get(i - 1).isBlank();
      assertThat(startsGroup).as("no comment above line %s: %s", i + 1, lines.get(i)).isFalse();
    }
  }

  @Test
  void the_defaults_need_nothing_but_a_jurisdiction() {
    Settings settings = given(Map.of());

    assertThat(settings.jurisdiction()).isEqualTo("AU");
    assertThat(settings.api()).isEqualTo(new Settings.Address("127.0.0.1", 8080));
    assertThat(settings.management()).isEqualTo(new Settings.Address("127.0.0.1", 9876));
    assertThat(settings.database()).isEmpty();
    assertThat(settings.lake()).isEmpty();
    assertThat(settings.intake()).isEqualTo(new Settings.Intake(64, 5_000_000));
    assertThat(settings.expiresAfter()).isEqualTo(Duration.ofDays(7));
    assertThat(settings.shutdownTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(settings.routerPeriod()).isEqualTo(Duration.ofMillis(200));
  }

  @Test
  void without_a_jurisdiction_it_does_not_start() {
    assertThatThrownBy(() -> Settings.given(Map.of()))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessage(
            "application.properties: intergov.jurisdiction: found nothing, expected an ISO 3166-1"
                + " alpha-2 country code in upper case, such as AU");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "intergov.api.insecure=true",
        "intergov.api.tokens-file=t intergov.api.tls.certificate=c intergov.api.tls.key=k"
      })
  void beyond_this_machine_it_listens_with_tokens_and_tls_or_where_told_to_do_without(String with) {
    Map<String, String> given = new HashMap<>();
    given.put("intergov.jurisdiction", "AU");
    given.put("intergov.api.host", "0.0.0.0");
    assertThatThrownBy(() -> Settings.given(given)).hasMessageContaining("a loopback address");
    for (String setting : with.split(" ")) {
      String[] parts = setting.split("=");
      given.put(parts[0], parts[1]);
    }

    assertThat(Settings.given(given).api().host()).isEqualTo("0.0.0.0");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "intergov.jurisdiction | au | an ISO 3166-1 alpha-2 country code",
        "intergov.jurisdiction | XX | an ISO 3166-1 alpha-2 country code",
        "intergov.jurisdiction | AUS | an ISO 3166-1 alpha-2 country code",
        "intergov.database.url | localhost | jdbc:postgresql://host:port/database",
        "intergov.database.url | jdbc:mysql://a/b | jdbc:postgresql://host:port/database",
        "intergov.database.connections | 3 | a whole number from 4 to 200",
        "intergov.database.connections | 201 | a whole number from 4 to 200",
        "intergov.database.connections | many | a whole number from 4 to 200",
        "intergov.database.connections | 1e1 | a whole number from 4 to 200",
        "intergov.intake.most-requests | 0 | a whole number from 1 to 1000",
        "intergov.intake.most-backlog | 0 | a whole number from 1 to 1000000000",
        "intergov.api.port | 0 | a whole number from 1 to 65535",
        "intergov.api.port | 65536 | a whole number from 1 to 65535",
        "intergov.api.host | 0.0.0.0 | a loopback address",
        "intergov.management.host | 192.0.2.1 | a loopback address",
        "intergov.api.insecure | maybe | true or false",
        "intergov.management.port | -1 | a whole number from 1 to 65535",
        "intergov.expires-after | 0s | a duration from 1s to 365d",
        "intergov.expires-after | 7 | a duration from 1s to 365d",
        "intergov.expires-after | 366d | a duration from 1s to 365d",
        "intergov.router.period | 9ms | a duration from 10ms to 1m",
        "intergov.poller.period | 2m | a duration from 10ms to 1m",
        "intergov.updater.period | often | a duration from 10ms to 1m",
        "intergov.retention.outbox | 0s | a duration from 1s to 36500d",
        "intergov.retention.outbox | never | a duration from 1s to 36500d",
        "intergov.retention.journal | 36501d | a duration from 1s to 36500d",
        "intergov.retention.archive | yes | true or false",
        "intergov.retention.period | 500ms | a duration from 1s to 1d",
        "intergov.shutdown.timeout | 11m | a duration from 0s to 10m",
        "intergov.log.level | LOUD | one of ERROR, WARN, INFO, DEBUG, TRACE"
      })
  void a_value_that_cannot_be_used_is_named_with_what_was_expected(
      String key, String value, String expected) {
    assertThatThrownBy(() -> given(Map.of(key, value)))
        .isInstanceOf(InvalidSettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining('"' + value + '"')
        .hasMessageContaining("expected " + expected);
  }

  @Test
  void every_fault_is_named_not_only_the_first() {
    Throwable e =
        catchThrowable(
            () -> Settings.given(Map.of("intergov.api.port", "x", "intergov.expires-after", "y")));

    assertThat(e.getMessage().lines()).hasSize(3);
  }

  @Test
  void a_login_without_a_url_is_a_fault() {
    assertThatThrownBy(() -> given(Map.of("intergov.lake.username", "me")))
        .hasMessageContaining("intergov.lake.url")
        .hasMessageContaining("since intergov.lake.username is set");
  }

  @Test
  void intake_from_kafka_is_given_whole_or_not_at_all() {
    assertThat(given(Map.of()).kafkaIntake()).isEmpty();
    assertThatThrownBy(() -> given(Map.of("intergov.intake.kafka.topic", "in")))
        .hasMessageContaining("intergov.intake.kafka.brokers: found nothing, expected host:port");
    Throwable e =
        catchThrowable(
            () ->
                given(
                    Map.of(
                        "intergov.intake.kafka.brokers", "kafka.example",
                        "intergov.intake.kafka.topic", "in",
                        "intergov.intake.kafka.auth.password", "hunter2")));
    assertThat(e.getMessage())
        .contains("intergov.intake.kafka.brokers: found \"kafka.example\", expected host:port")
        .contains("intergov.intake.kafka.dead-letter-topic: found nothing, expected a value")
        .contains("intergov.intake.kafka.auth.username: found nothing, expected a value")
        .contains("expected auth: security-protocol SASL_SSL or SASL_PLAINTEXT beside it")
        .doesNotContain("hunter2");
    KafkaIntakeSettings whole =
        given(
                Map.of(
                    "intergov.intake.kafka.brokers", "a.example:9092, b.example:9092",
                    "intergov.intake.kafka.topic", "in",
                    "intergov.intake.kafka.dead-letter-topic", "dead",
                    "intergov.intake.kafka.security-protocol", "SASL_SSL",
                    "intergov.intake.kafka.auth.username", "me",
                    "intergov.intake.kafka.auth.password", "hunter2"))
            .kafkaIntake()
            .orElseThrow();
    assertThat(whole.group()).isEqualTo("intergov-outbound");
    assertThat(whole.toString()).doesNotContain("hunter2");
  }

  @Test
  void intake_from_sqs_is_given_whole_or_not_at_all() {
    assertThat(given(Map.of()).sqsIntake()).isEmpty();
    assertThatThrownBy(() -> given(Map.of("intergov.intake.sqs.dead-letter-queue", "dead")))
        .hasMessageContaining("intergov.intake.sqs.queue: found nothing, expected a queue");
    Throwable e =
        catchThrowable(
            () ->
                given(
                    Map.of(
                        "intergov.intake.sqs.queue", "in",
                        "intergov.intake.sqs.readers", "0",
                        "intergov.intake.sqs.profile", "gateway",
                        "intergov.intake.sqs.auth.secret-access-key", "hunter2")));
    assertThat(e.getMessage())
        .contains("intergov.intake.sqs.dead-letter-queue: found")
        .contains("intergov.intake.sqs.readers: found \"0\", expected a whole number from 1 to 50")
        .contains("intergov.intake.sqs.profile: found \"gateway\", expected either auth or")
        .contains("intergov.intake.sqs.auth.access-key-id: found nothing, expected a value")
        .doesNotContain("hunter2");
    SqsIntakeSettings whole =
        given(
                Map.of(
                    "intergov.intake.sqs.queue", "in",
                    "intergov.intake.sqs.dead-letter-queue", "dead",
                    "intergov.intake.sqs.endpoint", "http://sqs.example:9324",
                    "intergov.intake.sqs.auth.access-key-id", "me",
                    "intergov.intake.sqs.auth.secret-access-key", "hunter2"))
            .sqsIntake()
            .orElseThrow();
    assertThat(whole.readers()).isEqualTo(4);
    assertThat(whole.toString()).doesNotContain("hunter2");
  }

  @Test
  void rows_are_kept_for_ever_unless_told_otherwise() {
    assertThat(given(Map.of()).retention()).isEmpty();
    assertThat(given(Map.of("intergov.retention.outbox", "30d")).retention())
        .contains(new Retention.Policy(Duration.ofDays(30), Optional.empty(), true));
    Map<String, String> all =
        Map.of(
            "intergov.retention.outbox", "30d",
            "intergov.retention.journal", "30d",
            "intergov.retention.archive", "false",
            "intergov.retention.period", "1h");
    assertThat(given(all).retention())
        .contains(
            new Retention.Policy(Duration.ofDays(30), Optional.of(Duration.ofDays(30)), false));
    assertThat(given(all).retentionPeriod()).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void a_journal_kept_shorter_than_its_messages_is_a_fault() {
    assertThatThrownBy(
            () ->
                given(
                    Map.of(
                        "intergov.retention.outbox", "30d", "intergov.retention.journal", "29d")))
        .hasMessage(
            "given intergov.retention.journal: intergov.retention.journal: found \"29d\", expected a"
                + " duration not shorter than intergov.retention.outbox (30d)");
    assertThatThrownBy(() -> given(Map.of("intergov.retention.journal", "30d")))
        .hasMessage(
            "application.properties: intergov.retention.outbox: found nothing, expected a duration,"
                + " since intergov.retention.journal is set");
  }

  @Test
  void no_error_and_no_log_line_shows_a_password() {
    Throwable e =
        catchThrowable(
            () ->
                given(
                    Map.of(
                        "intergov.database.url", "here", "intergov.database.password", "hunter2")));

    assertThat(e).hasMessageContaining("intergov.database.url").hasMessageNotContaining("hunter2");
    assertThat(new Settings.Login("url", "me", "hunter2").toString()).doesNotContain("hunter2");
  }

  @Test
  void an_unknown_key_is_a_fault_with_the_nearest_known_one() throws IOException {
    Path file = folder.resolve("application.properties");
    Files.writeString(file, "intergov.api.prot=1\nquite.another=2\n");

    assertThat(new SettingSources().file(file).faults())
        .containsExactlyInAnyOrder(
            file + ": intergov.api.prot: unknown key; did you mean intergov.api.port?",
            file + ": quite.another: unknown key");
  }

  @Test
  void a_file_that_is_not_there_is_no_fault_and_one_that_cannot_be_read_is() throws IOException {
    Path broken = folder.resolve("broken.properties");
    Files.writeString(broken, "a=\\u00zz");

    assertThat(new SettingSources().file(folder.resolve("none")).faults()).isEmpty();
    assertThat(new SettingSources().file(broken).faults())
        .singleElement()
        .asString()
        .contains(broken.toString());
  }

  @Test
  void a_variable_of_the_environment_is_the_key_in_upper_case_with_underscores() {
    for (Setting s : Setting.values()) {
      assertThat(Setting.ofVariable(s.variable())).as(s.key()).contains(s);
    }
    assertThat(Setting.API_PORT.variable()).isEqualTo("INTERGOV_API_PORT");
    assertThat(Setting.EXPIRES_AFTER.variable()).isEqualTo("INTERGOV_EXPIRES_AFTER");
  }

  @Test
  void a_mistyped_variable_is_a_fault_and_one_of_somebody_else_is_not() {
    SettingSources sources =
        new SettingSources()
            .environment(
                Map.of(
                    "INTERGOV_API_PROT", "1",
                    "INTERGOV_OUTBOUND_SERVICE_HOST", "10.0.0.1",
                    "HOME", "/root"));

    assertThat(sources.faults())
        .containsExactly(
            "environment: INTERGOV_API_PROT: unknown setting; did you mean INTERGOV_API_PORT?");
  }

  @Test
  void a_mistyped_system_property_is_a_fault() {
    Properties properties = new Properties();
    properties.setProperty("intergov.log.levle", "DEBUG");
    properties.setProperty("java.home", "/jdk");

    assertThat(new SettingSources().system(properties).faults())
        .containsExactly("-Dintergov.log.levle: unknown key; did you mean intergov.log.level?");
  }

  @Test
  void the_stronger_source_wins_and_a_fault_names_it() throws IOException {
    Path file = folder.resolve("application.properties");
    Files.writeString(file, "intergov.api.port=1111\nintergov.management.port=3333\n");
    Properties system = new Properties();
    system.setProperty("intergov.api.port", "9999");
    SettingSources sources =
        new SettingSources()
            .defaults()
            .file(file)
            .environment(Map.of("INTERGOV_API_PORT", "2222"))
            .system(system);

    assertThat(sources.get(Setting.API_PORT).value()).isEqualTo("9999");
    assertThat(sources.get(Setting.API_PORT).source()).isEqualTo("-Dintergov.api.port");
    assertThat(sources.get(Setting.MANAGEMENT_PORT).value()).isEqualTo("3333");
    assertThat(sources.get(Setting.API_HOST).value()).isEqualTo("127.0.0.1");
    assertThat(sources.faults()).isEmpty();
  }

  private static Settings given(Map<String, String> more) {
    Map<String, String> all = new HashMap<>(Map.of("intergov.jurisdiction", "AU"));
    all.putAll(more);
    return Settings.given(all);
  }
}
