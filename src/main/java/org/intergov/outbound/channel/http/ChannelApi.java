package org.intergov.outbound.channel.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.camel.Message;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.Headers;

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

  /** Statuses that are about this message, and not about the way or the moment. */
  private static final Set<Integer> REFUSALS = Set.of(400, 409, 413, 415, 422, 451);

  private static final Set<Integer> REDIRECTS = Set.of(301, 307, 308);

  private static ChannelException failure(int status, Message answer) {
    String said = "answered " + status;
    if (REFUSALS.contains(status)) {
      return new ChannelException.Refused(said);
    }
    boolean unavailable = status >= 400 && status < 500 || status == 503;
    if (!unavailable && !REDIRECTS.contains(status)) {
      return new ChannelException.Unknown(said).answered(status);
    }
    Duration wait =
        retryAfter(
            answer.getHeader(Headers.RETRY_AFTER, String.class),
            answer.getHeader(Headers.ANSWER_DATE, String.class));
    return new ChannelException.Unavailable(said + why(status), wait).answered(status);
  }

  private static String why(int status) {
    return switch (status) {
      case 401, 403 -> ": it does not accept our credentials";
      case 404, 405, 410 -> ": nothing takes messages at this url; check url in channels.yaml";
      case 407 -> ": a proxy on the way requires credentials";
      case 421 -> ": this url belongs to another server; check url in channels.yaml";
      case 301, 307, 308 -> ": a redirect, which is not followed; correct the url in channels.yaml";
      default -> "";
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

  /** The three forms of a date (RFC 9110, section 5.6.7), the newest first. */
  private static final List<DateTimeFormatter> DATES =
      List.of(
          DateTimeFormatter.RFC_1123_DATE_TIME,
          new DateTimeFormatterBuilder()
              .parseCaseInsensitive()
              .appendPattern("EEEE, dd-MMM-")
              .appendValueReduced(ChronoField.YEAR, 2, 2, LocalDate.of(2000, 1, 1))
              .appendPattern(" HH:mm:ss 'GMT'")
              .toFormatter(Locale.US)
              .withZone(ZoneOffset.UTC),
          DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US)
              .withZone(ZoneOffset.UTC));

  /**
   * Reads Retry-After. One that is a date is a moment by the clock of the server, so it is compared
   * with what that clock said when the server answered: with ours, an hour behind, a second would
   * become an hour.
   *
   * @param date of the answer; if there is none our clock has to do
   * @return null if there is none or it is none
   */
  static Duration retryAfter(String value, String date) {
    Instant answered = date == null ? null : instant(date.trim());
    return retryAfter(value, answered == null ? Instant.now() : answered);
  }

  /**
   * Reads Retry-After: seconds or an HTTP date (RFC 9110, section 10.2.3). Some send fractions of
   * seconds; they are rounded up.
   *
   * @return null if there is none or it is neither
   */
  static Duration retryAfter(String value, Instant now) {
    if (value == null || value.isBlank()) {
      return null;
    }
    String text = value.trim();
    if (text.matches("[0-9]+(\\.[0-9]*)?")) {
      String whole = text.replaceFirst("\\..*", "");
      long seconds = whole.length() <= 9 ? Long.parseLong(whole) : LONG;
      boolean more = text.substring(whole.length()).matches(".*[1-9].*");
      return Duration.ofSeconds(Math.min(LONG, more ? seconds + 1 : seconds));
    }
    Instant moment = instant(text);
    if (moment == null) {
      return null;
    }
    Duration until = Duration.between(now, moment);
    return until.isNegative() ? Duration.ZERO : until;
  }

  private static Instant instant(String text) {
    for (DateTimeFormatter date : DATES) {
      try {
        return date.parse(text, Instant::from);
      } catch (DateTimeException e) {
        // another form, or none
      }
    }
    return null;
  }
}
