package org.intergov.outbound.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Locale;
import java.util.UUID;
import org.intergov.outbound.config.Cause;

/**
 * Turns JSON into lines to send. What only concerns the message is left to the gateway to judge;
 * here it must be one JSON object, and gets a sender_ref if it has none: submission is repeatable
 * only for messages that have one before they are first sent.
 */
final class MessageJson {
  static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private MessageJson() {}

  static Line line(long number, byte[] text, int length) throws IOException {
    try (JsonParser parser = JSON.createParser(text, 0, length)) {
      return line(number, parser);
    }
  }

  /** Reads all the parser has, which must be one object. */
  static Line line(long number, JsonParser parser) throws IOException {
    JsonNode message;
    try {
      message = JSON.readTree(parser);
      if (parser.nextToken() != null) {
        return Line.wrong(number, "json", "more than one JSON value on one line");
      }
    } catch (JsonProcessingException e) {
      return Line.wrong(number, "json", Cause.of(e));
    }
    if (!(message instanceof ObjectNode object)) {
      String found = message.getNodeType().name().toLowerCase(Locale.ROOT);
      return Line.wrong(number, "object", "expected a JSON object, found: " + found);
    }
    boolean assign = !object.hasNonNull("sender_ref");
    if (assign) {
      object.put("sender_ref", UUID.randomUUID().toString());
    }
    return new Line(number, JSON.writeValueAsBytes(object), assign, null);
  }

  static Line tooLong(long number) {
    return Line.wrong(number, "size", "longer than " + LineSource.MAX_BYTES + " bytes");
  }
}
