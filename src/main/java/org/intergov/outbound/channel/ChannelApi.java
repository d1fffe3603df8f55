package org.intergov.outbound.channel;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.apache.camel.Message;

/**
 * Reads the answers of the Channel API: what kind {@code http} means by posted, refused and
 * unavailable. Stateless, thread-safe.
 */
public final class ChannelApi {
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(32).maxStringLength(65_536).build())
          .build();

  /**
   * Reads the answer to {@code POST /messages}: sets {@code channelTxnId}, and {@code
   * channelStatus} where the channel tells it already.
   *
   * @throws ChannelException as the answer says; design's table of outcomes
   */
  public void posted(Message answer) throws ChannelException {
    int status = answer.getHeader(Headers.HTTP_STATUS, 0, Integer.class);
    if (status >= 200 && status < 300) {
      Fields fields = read(body(answer));
      if (fields.id == null) {
        throw new ChannelException.Unknown("answered " + status + " without an id");
      }
      answer.setHeader(Headers.CHANNEL_TXN_ID, fields.id);
      if (fields.status != null) {
        answer.setHeader(Headers.CHANNEL_STATUS, fields.status);
      }
      return;
    }
    throw failure(status, answer);
  }

  private static ChannelException failure(int status, Message answer) {
    String said = "answered " + status;
    return switch (status) {
      case 401, 403 ->
          new ChannelException.Unavailable(said + ": it does not accept our credentials");
      case 408, 425, 429, 503 ->
          new ChannelException.Unavailable(
              said, retryAfter(answer.getHeader(Headers.RETRY_AFTER, String.class), Instant.now()));
      case 301, 307, 308 ->
          new ChannelException.Unavailable(
              said + ": a redirect, which is not followed; correct the url in channels.yaml");
      case 409 -> new ChannelException.Refused(said, true);
      default ->
          status >= 400 && status < 500
              ? new ChannelException.Refused(said)
              : new ChannelException.Unknown(said);
    };
  }

  /**
   * Reads the answer to a status check: sets {@code channelStatus}.
   *
   * @throws ChannelException.Unavailable if the channel could not say anything now
   * @throws ChannelException.Refused if the answer is no status: a 404, another 4xx, not JSON
   */
  public void status(Message answer) throws ChannelException {
    int status = answer.getHeader(Headers.HTTP_STATUS, 0, Integer.class);
    if (status >= 200 && status < 300) {
      Fields fields = read(body(answer));
      if (fields.status == null) {
        throw new ChannelException.Refused("answered " + status + " without a status");
      }
      answer.setHeader(Headers.CHANNEL_STATUS, fields.status);
      return;
    }
    boolean isAnswer = status == 404 || status == 410 || status == 400;
    throw isAnswer
        ? new ChannelException.Refused("answered " + status)
        : new ChannelException.Unavailable("answered " + status);
  }

  /**
   * Reads a page of {@code GET /messages?updated_since=…&fields=id,status}: a list of {@code {"id":
   * …, "status": …}}, or a map that has it as {@code messages}. The body becomes a map of statuses
   * by id; what has no id or no status is passed over, of two with the same id the later counts.
   *
   * @throws ChannelException.Unavailable if the channel could not say anything now
   * @throws ChannelException.Refused if the answer is no such page
   */
  public void statuses(Message answer) throws ChannelException {
    int status = answer.getHeader(Headers.HTTP_STATUS, 0, Integer.class);
    if (status == 401 || status == 403 || status == 408 || status == 429 || status >= 500) {
      throw new ChannelException.Unavailable("answered " + status);
    } else if (status < 200 || status >= 300) {
      throw new ChannelException.Refused("answered " + status);
    }
    answer.setBody(StatusPage.read(JSON, body(answer)));
  }

  /**
   * Reads the answer to a request for callbacks.
   *
   * @throws ChannelException.Unavailable unless the channel has taken it
   */
  public void subscribed(Message answer) throws ChannelException {
    int status = answer.getHeader(Headers.HTTP_STATUS, 0, Integer.class);
    if (status < 200 || status >= 300) {
      throw new ChannelException.Unavailable("answered " + status);
    }
  }

  private static String body(Message answer) {
    Object body = answer.getBody();
    return body instanceof String s ? s : "";
  }

  /** What is read of an answer; null: not there, or not of the expected kind. */
  private record Fields(String id, String status) {}

  private static Fields read(String body) {
    String id = null;
    String status = null;
    try (JsonParser json = JSON.createParser(body)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return new Fields(null, null);
      }
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
    } catch (IOException e) {
      return new Fields(null, null); // not JSON: no id, no status
    }
    return new Fields(id, status);
  }

  /** Seconds; longer than anybody waits. */
  private static final long LONG = 999_999_999;

  /**
   * Reads Retry-After: seconds or an HTTP date (RFC 9110, section 10.2.3).
   *
   * @return null if there is none or it is neither
   */
  static Duration retryAfter(String value, Instant now) {
    if (value == null || value.isBlank()) {
      return null;
    }
    String text = value.trim();
    if (text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return Duration.ofSeconds(text.length() <= 9 ? Long.parseLong(text) : LONG);
    }
    try {
      ZonedDateTime at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
      Duration until = Duration.between(now, at.toInstant());
      return until.isNegative() ? Duration.ZERO : until;
    } catch (DateTimeParseException e) {
      return null;
    }
  }
}
