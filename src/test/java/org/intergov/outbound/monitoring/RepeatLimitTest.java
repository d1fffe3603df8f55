package org.intergov.outbound.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.EchoEncoder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A log that stays readable while the same thing happens a thousand times. */
class RepeatLimitTest {
  private static final long START = 1_800_000_000_000L;

  private final LoggerContext context = new LoggerContext();
  private final Logger logger = context.getLogger("org.example.Part");
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private RepeatLimit limit;

  @BeforeEach
  void start() {
    context.setMDCAdapter(new LogbackMDCAdapter());
    EchoEncoder<ILoggingEvent> encoder = new EchoEncoder<>();
    encoder.setContext(context);
    encoder.start();
    OutputStreamAppender<ILoggingEvent> to = new OutputStreamAppender<>();
    to.setContext(context);
    to.setEncoder(encoder);
    to.setOutputStream(out);
    to.start();
    limit = new RepeatLimit(to, logger);
    limit.setContext(context);
    limit.start();
  }

  private void log(Level level, long afterMillis, String message, Object... values) {
    LoggingEvent event = new LoggingEvent("x", logger, level, message, null, values);
    event.setTimeStamp(START + afterMillis);
    limit.doAppend(event);
  }

  private List<String> lines() {
    assertThat(context.getStatusManager().getCopyOfStatusList())
        .noneMatch(s -> s.getEffectiveLevel() > 1);
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void ten_of_a_kind_pass_and_the_others_are_counted_once_the_time_is_over() {
    for (int i = 0; i < 500; i++) {
      log(Level.WARN, i, "AU:{} is unknown", i);
    }
    log(Level.WARN, 600, "something else");
    assertThat(lines())
        .hasSize(11)
        .startsWith("[WARN] AU:0 is unknown")
        .endsWith("[WARN] something else");

    log(Level.INFO, 10_100, "later");
    assertThat(lines().subList(11, 13))
        .containsExactly(
            "[WARN] 490 more lines like this were left out: Part AU:0 is unknown", "[INFO] later");
    log(Level.WARN, 10_200, "AU:{} is unknown", 501);
    assertThat(lines().get(13)).isEqualTo("[WARN] AU:501 is unknown");
  }

  @Test
  void what_was_asked_for_passes_whole() {
    for (int i = 0; i < 50; i++) {
      log(Level.DEBUG, i, "detail {}", i);
    }
    assertThat(lines()).hasSize(50);
  }
}
