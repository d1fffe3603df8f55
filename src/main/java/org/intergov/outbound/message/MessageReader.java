package org.intergov.outbound.message;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * Reads a message from its JSON. Safe for any number of threads.
 *
 * <p>Strict: UTF-8 (a byte order mark is skipped), one object and nothing after it, no field twice,
 * no unknown field, only strings. A missing or null {@code sender_ref} becomes a random UUID,
 * unless the caller knows better.
 */
public final class MessageReader {

  private static final int DEEPEST = 4;
  private static final int LONGEST_NUMBER = 100;

  private static final Supplier<String> RANDOM = () -> UUID.randomUUID().toString();

  private final MessageRules rules;
  private final int maxBytes;
  private final JsonFactory json;

  /**
   * @param maxBytes the longest body that is looked at, at least 1
   */
  public MessageReader(MessageRules rules, int maxBytes) {
    if (maxBytes < 1) {
      throw new IllegalArgumentException("maxBytes is " + maxBytes + ", expected at least 1");
    }
    this.rules = Objects.requireNonNull(rules, "rules");
    this.maxBytes = maxBytes;
    this.json =
        new JsonFactoryBuilder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST)
                    .maxStringLength(maxBytes)
                    .maxNameLength(maxBytes)
                    .maxNumberLength(LONGEST_NUMBER)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            // else UTF-16 is guessed from zero bytes, and read
            .disable(JsonFactory.Feature.CHARSET_DETECTION)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            // else many unlike field names end in an IllegalStateException
            .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
            .build();
  }

  /** Reads a whole array; see {@link #read(byte[], int, int)}. */
  public ReadResult read(byte[] utf8) {
    return read(utf8, 0, utf8.length);
  }

  /**
   * Reads a whole array; see {@link #read(byte[], int, int)}.
   *
   * @param missingReference gives the {@code sender_ref} of a message that has none; it is not held
   *     against the rules
   */
  public ReadResult read(byte[] utf8, Supplier<String> missingReference) {
    return read(utf8, 0, utf8.length, missingReference);
  }

  /**
   * Reads one message, and reports everything that is wrong with it.
   *
   * @return never null; no content makes this throw
   * @throws IndexOutOfBoundsException if the range is not inside the array
   */
  public ReadResult read(byte[] utf8, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, utf8.length);
    return read(utf8, offset, length, RANDOM);
  }

  private ReadResult read(byte[] utf8, int offset, int length, Supplier<String> missingReference) {
    if (length > maxBytes) {
      return invalid(
          "too_large", "the body has %d bytes, expected at most %d".formatted(length, maxBytes));
    }
    int bom = startsWithBom(utf8, offset, length) ? 3 : 0;
    int start = offset + bom;
    int bad = Utf8.firstInvalid(utf8, start, length - bom);
    if (bad >= 0) {
      return notUtf8(utf8, start, bad);
    }
    try (JsonParser parser = json.createParser(utf8, start, length - bom)) {
      return read(parser, missingReference);
    } catch (JsonProcessingException e) {
      return malformed(e);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory could not be read", e);
    }
  }

  private ReadResult read(JsonParser parser, Supplier<String> missingReference) throws IOException {
    JsonToken first = parser.nextToken();
    if (first == null) {
      return invalid("json", "the body is empty, expected a JSON object");
    }
    if (first != JsonToken.START_OBJECT) {
      return invalid("type", "the body is " + type(first) + ", expected a JSON object");
    }
    Draft draft = new Draft(missingReference);
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      readField(parser, draft);
    }
    if (parser.nextToken() != null) {
      JsonLocation at = parser.currentTokenLocation();
      return notJson(at, "something follows the object");
    }
    return draft.finish(rules);
  }

  private static void readField(JsonParser parser, Draft draft) throws IOException {
    String name = parser.currentName();
    MessageField field = MessageField.named(name);
    JsonToken token = parser.nextToken();
    if (field == null) {
      draft.unknown(name);
      parser.skipChildren();
    } else if (token == JsonToken.VALUE_STRING) {
      draft.value(field, parser.getText());
    } else if (token != JsonToken.VALUE_NULL || field != MessageField.SENDER_REF) {
      draft.wrongType(field, type(token));
      parser.skipChildren();
    }
  }

  private static String type(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NULL -> "null";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      default -> "a number";
    };
  }

  private static boolean startsWithBom(byte[] utf8, int offset, int length) {
    return length >= 3
        && utf8[offset] == (byte) 0xef
        && utf8[offset + 1] == (byte) 0xbb
        && utf8[offset + 2] == (byte) 0xbf;
  }

  private static ReadResult notUtf8(byte[] utf8, int start, int bad) {
    int line = 1;
    int column = 1;
    for (int i = start; i < bad; i++) {
      column++;
      if (utf8[i] == '\n') {
        line++;
        column = 1;
      }
    }
    return invalid(
        "json", "the body is not UTF-8 at line %d, column %d (in bytes)".formatted(line, column));
  }

  private static ReadResult malformed(JsonProcessingException e) {
    // the parser's own words may quote the body
    String what = "a character or word is out of place";
    String words = e.getOriginalMessage() == null ? "" : e.getOriginalMessage();
    if (e instanceof StreamConstraintsException) {
      what = "it is nested deeper than " + DEEPEST + " or a number has too many digits";
    } else if (e instanceof JsonEOFException) {
      what = "it ends too early";
    } else if (words.startsWith("Duplicate field")) {
      what = "a field is given twice";
    }
    return notJson(e.getLocation(), what);
  }

  private static ReadResult notJson(JsonLocation at, String what) {
    String where =
        at == null ? "" : " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
    return invalid(
        "json", "the body is not JSON a message can be read from%s: %s".formatted(where, what));
  }

  private static ReadResult invalid(String rule, String detail) {
    return new ReadResult.Invalid(List.of(new Violation("body", rule, detail)));
  }
}
