package org.intergov.outbound.channel.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.intergov.outbound.channel.ChannelException;

/** A page of statuses, read as it streams by. */
final class StatusPage {
  private StatusPage() {}

  /**
   * Statuses by id.
   *
   * @throws ChannelException.Refused if it is no page
   */
  static Map<String, String> read(JsonFactory factory, String body) throws ChannelException {
    try (JsonParser json = factory.createParser(body)) {
      JsonToken first = json.nextToken();
      if (first == JsonToken.START_OBJECT && !toMessages(json)) {
        throw new ChannelException.Refused("answered statuses without a list of messages");
      } else if (json.currentToken() != JsonToken.START_ARRAY) {
        throw new ChannelException.Refused("answered statuses that are no list");
      }
      Map<String, String> statuses = new LinkedHashMap<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (json.currentToken() == null) {
          throw new ChannelException.Refused("answered a list of statuses that does not end");
        } else if (json.currentToken() == JsonToken.START_OBJECT) {
          readOne(json, statuses);
        } else {
          json.skipChildren();
        }
      }
      return statuses;
    } catch (IOException e) {
      throw new ChannelException.Refused("answered statuses that are not JSON");
    }
  }

  private static boolean toMessages(JsonParser json) throws IOException {
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      boolean found = json.currentName().equals("messages");
      json.nextToken();
      if (found) {
        return true;
      }
      json.skipChildren();
    }
    return false;
  }

  private static void readOne(JsonParser json, Map<String, String> to) throws IOException {
    String id = null;
    String status = null;
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      JsonToken value = json.nextToken();
      if (name.equals("id") && (value == JsonToken.VALUE_STRING || value.isNumeric())) {
        id = json.getText();
      } else if (name.equals("status") && value == JsonToken.VALUE_STRING) {
        status = json.getText();
      } else {
        json.skipChildren();
      }
    }
    if (id != null && status != null) {
      to.put(id, status);
    }
  }
}
