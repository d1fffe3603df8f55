package org.intergov.outbound.monitoring;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.LayoutBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.slf4j.event.KeyValuePair;

/**
 * An event as a line of JSON: {@code time} (ISO 8601, UTC), {@code level}, {@code logger}, {@code
 * message}, {@code error} if something was thrown, and {@code channel} and {@code reference} where
 * the event is about one. Thread-safe.
 */
final class JsonLogLayout extends LayoutBase<ILoggingEvent> {
  private static final JsonFactory JSON = new JsonFactory();
  private static final Pattern REFERENCE = Pattern.compile("[A-Z]{2}:.+", Pattern.DOTALL);
  private static final List<String> FIRST = List.of("{}");
  private static final List<String> OF_CHANNEL = List.of("channel {}", "channel route {}");

  @Override
  public String doLayout(ILoggingEvent event) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("time", LogLayout.TIME.format(Instant.ofEpochMilli(event.getTimeStamp())));
    fields.put("level", event.getLevel().toString());
    fields.put("logger", event.getLoggerName());
    fields.put("message", LogLayout.message(event));
    addSubject(event, fields);
    String thrown = LogLayout.thrown(event.getThrowableProxy());
    if (!thrown.isEmpty()) {
      fields.put("error", thrown);
    }
    return write(fields) + System.lineSeparator();
  }

  private static void addSubject(ILoggingEvent event, Map<String, String> fields) {
    String channel = LogLayout.subject(event, OF_CHANNEL);
    if (channel != null) {
      fields.put("channel", channel);
    }
    String first = LogLayout.subject(event, FIRST);
    if (first != null && REFERENCE.matcher(first).matches()) {
      fields.put("reference", first);
    }
    if (event.getKeyValuePairs() != null) {
      for (KeyValuePair pair : event.getKeyValuePairs()) {
        fields.putIfAbsent(pair.key, String.valueOf(pair.value));
      }
    }
  }

  private static String write(Map<String, String> fields) {
    StringWriter line = new StringWriter(300);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      for (Map.Entry<String, String> field : fields.entrySet()) {
        json.writeStringField(field.getKey(), field.getValue());
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return line.toString();
  }
}
