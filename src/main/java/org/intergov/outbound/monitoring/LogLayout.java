package org.intergov.outbound.monitoring;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import ch.qos.logback.core.LayoutBase;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.intergov.outbound.message.Quote;

/** An event as one line of text: time, level, logger, message, and what was thrown. Thread-safe. */
final class LogLayout extends LayoutBase<ILoggingEvent> {
  private static final int MOST_FRAMES = 6;
  private static final int MOST_CAUSES = 5;

  /** Milliseconds always, so that the columns stand. */
  static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSX").withZone(ZoneOffset.UTC);

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(200);
    TIME.formatTo(Instant.ofEpochMilli(event.getTimeStamp()), line);
    String level = event.getLevel().toString();
    line.append(' ').append(level).append(" ".repeat(Math.max(1, 6 - level.length())));
    line.append(logger(event)).append(' ').append(message(event));
    String thrown = thrown(event.getThrowableProxy());
    return (thrown.isEmpty() ? line : line.append(" | ").append(thrown))
        .append(System.lineSeparator())
        .toString();
  }

  static String logger(ILoggingEvent event) {
    String name = event.getLoggerName();
    return name.substring(name.lastIndexOf('.') + 1);
  }

  /** The first value of an event whose template begins as one of these; null: it is another. */
  static String subject(ILoggingEvent event, List<String> templates) {
    Object[] values = event.getArgumentArray();
    boolean fits = templates.stream().anyMatch(event.getMessage()::startsWith);
    return fits && values != null && values.length > 0 ? String.valueOf(values[0]) : null;
  }

  /** On one line, and nothing in it that cannot be seen. */
  static String message(ILoggingEvent event) {
    return onOneLine(String.valueOf(event.getFormattedMessage()));
  }

  private static String onOneLine(String text) {
    return Quote.escaped(text.strip().replaceAll("\\s*[\\r\\n]+\\s*", " | "));
  }

  /** The exception and its causes, each with the first of its frames; empty: none was thrown. */
  static String thrown(IThrowableProxy thrown) {
    StringBuilder line = new StringBuilder();
    IThrowableProxy cause = thrown;
    for (int n = 0; cause != null && n < MOST_CAUSES; n++) {
      line.append(n == 0 ? "" : " | Caused by: ").append(cause.getClassName());
      if (cause.getMessage() != null) {
        line.append(": ").append(onOneLine(cause.getMessage()));
      }
      StackTraceElementProxy[] frames = cause.getStackTraceElementProxyArray();
      for (int i = 0; i < Math.min(MOST_FRAMES, frames.length); i++) {
        line.append(" | ").append(frames[i].getSTEAsString());
      }
      cause = cause.getCause();
    }
    return line.toString();
  }
}
