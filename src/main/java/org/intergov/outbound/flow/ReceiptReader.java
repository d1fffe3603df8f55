package org.intergov.outbound.flow;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.Optional;
import org.intergov.outbound.channel.PostOutcome;
import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusAnswer.Status;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.message.Utf8;
import org.intergov.outbound.store.receipts.ChannelReceipts.Poison;

/**
 * Reads receipts: {@code {"id" | "reference": …, "status": received | confirmed | undeliverable |
 * revoked}}. A JSON object of 64 kB at most; {@code id} is the channel's id of the delivery, a text
 * or a number; {@code reference} the message's, such as {@code AU:the-ref}; {@code idempotency_key}
 * may tell which delivery of the message it is about. Other fields are ignored. Stateless,
 * thread-safe.
 */
final class ReceiptReader {
  static final int MOST_CHARACTERS = 65_536;
  private static final int MOST_ID = 512;
  private static final String STATUSES = "received, confirmed, undeliverable or revoked";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(32)
                  .maxStringLength(MOST_CHARACTERS)
                  .build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
          .build();

  private ReceiptReader() {}

  /** One of the two. */
  record Read(Receipt receipt, Poison poison) {}

  private static final class Fields {
    private String id;
    private String reference;
    private String key;
    private String status;
  }

  /** Reads one; whatever it is, the answer says what it is. */
  static Read read(String receiptId, String body) {
    if (body == null || body.length() > MOST_CHARACTERS) {
      String size = body == null ? "nothing" : body.length() + " characters";
      return poison(receiptId, null, body, size + ", expected a JSON object of 64 kB at most");
    }
    Fields fields = new Fields();
    try (JsonParser json = JSON.createParser(Utf8.withoutMark(body))) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return poison(receiptId, null, body, "not a JSON object");
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        read(json, fields);
      }
      if (json.nextToken() != null) {
        return poison(receiptId, null, body, "something follows the JSON object");
      }
    } catch (IOException e) {
      return poison(receiptId, null, body, "not JSON, or a field is given twice");
    }
    return judge(receiptId, body, fields);
  }

  private static void read(JsonParser json, Fields fields) throws IOException {
    String name = json.currentName();
    JsonToken value = json.nextToken();
    String text =
        value == JsonToken.VALUE_STRING || value == JsonToken.VALUE_NUMBER_INT
            ? json.getText()
            : null;
    switch (name) {
      case "id" -> fields.id = text;
      case "reference" -> fields.reference = text;
      case "idempotency_key" -> fields.key = text;
      case "status" -> fields.status = text;
      default -> {
        // of no concern here
      }
    }
    json.skipChildren();
  }

  private static Read judge(String receiptId, String body, Fields fields) {
    Reference reference = null;
    if (fields.reference != null) {
      try {
        reference = Reference.parse(fields.reference);
      } catch (IllegalArgumentException e) {
        return poison(receiptId, null, body, e.getMessage());
      }
    }
    if (reference == null && fields.id == null) {
      return poison(receiptId, null, body, "neither id nor reference is given");
    }
    if (!isUsable(fields.id) || !isUsable(fields.key)) {
      String why = "id or idempotency_key is empty, too long or has control characters";
      return poison(receiptId, reference, body, why);
    }
    Optional<Status> status = Optional.ofNullable(fields.status).flatMap(Status::of);
    if (status.isEmpty()) {
      return poison(receiptId, reference, body, "status is not " + STATUSES);
    }
    return new Read(
        new Receipt(receiptId, fields.id, reference, fields.key, status.get(), body), null);
  }

  private static boolean isUsable(String id) {
    return id == null
        || !id.isBlank()
            && id.length() <= MOST_ID
            && id.codePoints().noneMatch(PostOutcome::isUnusable);
  }

  private static Read poison(String receiptId, Reference reference, String body, String why) {
    return new Read(null, new Poison(receiptId, reference, body == null ? "" : body, why));
  }
}
