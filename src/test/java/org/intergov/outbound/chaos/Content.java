package org.intergov.outbound.chaos;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/** The five fields of a message as one short word, to tell whether two are the same. */
final class Content {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Content() {}

  /** Of a message as JSON; other words if it is none. */
  static String ofJson(String text) {
    JsonNode message;
    try {
      message = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return "not JSON";
    }
    return of(
        message.path("sender").asText(),
        message.path("receiver").asText(),
        message.path("subject").asText(),
        message.path("obj").asText(),
        message.path("predicate").asText());
  }

  static String of(String... fields) {
    CRC32 sum = new CRC32();
    sum.update(String.join("\n", fields).getBytes(StandardCharsets.UTF_8));
    return Long.toHexString(sum.getValue());
  }
}
