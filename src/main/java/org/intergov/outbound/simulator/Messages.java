package org.intergov.outbound.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** Reads messages as strictly as channels do: the five fields, each a string, and nothing else. */
final class Messages {
  private static final List<String> FIELDS =
      List.of("sender", "receiver", "subject", "obj", "predicate");
  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private Messages() {}

  /**
   * Reads one message.
   *
   * @throws NotAMessageException if a channel would refuse the body, saying why
   */
  static PostedMessage read(byte[] body) throws NotAMessageException {
    JsonNode json;
    try {
      json = JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new NotAMessageException("not JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new NotAMessageException("not JSON: " + e.getMessage());
    }
    if (!json.isObject()) {
      throw new NotAMessageException("expected a JSON object");
    }
    List<String> values = new ArrayList<>(FIELDS.size());
    for (String field : FIELDS) {
      JsonNode value = json.get(field);
      if (value == null) {
        throw new NotAMessageException(field + ": missing");
      }
      if (!value.isTextual() || value.textValue().isBlank()) {
        throw new NotAMessageException(field + ": expected a string that is not blank");
      }
      values.add(value.textValue());
    }
    if (json.size() > FIELDS.size()) {
      throw new NotAMessageException(firstOther(json) + ": unknown field");
    }
    return new PostedMessage(
        values.get(0), values.get(1), values.get(2), values.get(3), values.get(4));
  }

  private static String firstOther(JsonNode json) {
    Iterator<String> names = json.fieldNames();
    String name = names.next();
    while (FIELDS.contains(name)) {
      name = names.next();
    }
    return name;
  }
}
