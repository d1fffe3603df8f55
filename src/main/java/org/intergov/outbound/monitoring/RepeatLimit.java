package org.intergov.outbound.monitoring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.encoder.Encoder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.event.KeyValuePair;

/**
 * Passes on what is logged, but of one kind of line, for each channel, only so many within ten
 * seconds; how many were left out is said before the next line of any kind. What is at level debug
 * was asked for, so all of it passes. Thread-safe.
 */
final class RepeatLimit extends UnsynchronizedAppenderBase<ILoggingEvent> {
  private static final int MOST = 10;
  private static final int MOST_SHOWN = 160;

  /** Lines whose first value is a name of our configuration, so there are few of them. */
  private static final List<String> ABOUT_ONE =
      List.of("channel {}", "channel route {}", "queue {}", "topic {}");

  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final OutputStreamAppender<ILoggingEvent> to;
  private final Logger own;
  private final Map<String, Repeats> repeats = new ConcurrentHashMap<>();
  private volatile long sweptAt;

  /** Lines of one kind, since the window began. */
  private static final class Repeats {
    private final String logger;
    private final String message;
    private final long since;
    private int count;

    private Repeats(ILoggingEvent first) {
      logger = first.getLoggerName();
      message = LogLayout.message(first);
      since = first.getTimeStamp();
    }

    private synchronized boolean passes() {
      return ++count <= MOST;
    }

    private boolean isOver(long now) {
      return now - since >= WINDOW.toMillis();
    }

    private synchronized int leftOut() {
      return Math.max(0, count - MOST);
    }
  }

  /**
   * @param own says how many lines were left out
   */
  RepeatLimit(OutputStreamAppender<ILoggingEvent> to, Logger own) {
    this.to = to;
    this.own = own;
  }

  void encodeBy(Encoder<ILoggingEvent> encoder) {
    to.setEncoder(encoder);
  }

  @Override
  protected void append(ILoggingEvent event) {
    long now = event.getTimeStamp();
    if (now - sweptAt >= 1_000) {
      sweptAt = now;
      repeats.forEach(
          (key, kind) -> {
            if (kind.isOver(now) && repeats.remove(key, kind)) {
              tell(kind, kind.leftOut());
            }
          });
    }
    if (event.getLevel().toInt() <= Level.DEBUG_INT
        || repeats.computeIfAbsent(kind(event), k -> new Repeats(event)).passes()) {
      to.doAppend(event);
    }
  }

  /** A channel that is in trouble does not hide what happens to another one. */
  private static String kind(ILoggingEvent event) {
    return event.getLoggerName() + channel(event) + event.getMessage();
  }

  private static String channel(ILoggingEvent event) {
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        if (pair.key.equals("channel")) {
          return " channel " + pair.value + " ";
        }
      }
    }
    String one = LogLayout.subject(event, ABOUT_ONE);
    return one == null ? " " : " " + one + " ";
  }

  private static String shortened(String text) {
    return text.length() <= MOST_SHOWN ? text : text.substring(0, MOST_SHOWN) + "…";
  }

  private void tell(Repeats of, int left) {
    if (left > 0) {
      String logger = of.logger.substring(of.logger.lastIndexOf('.') + 1);
      String kind = logger + " " + shortened(of.message);
      to.doAppend(
          new LoggingEvent(
              RepeatLimit.class.getName(),
              own,
              Level.WARN,
              "{} more lines like this were left out: {}",
              null,
              new Object[] {left, kind}));
    }
  }
}
