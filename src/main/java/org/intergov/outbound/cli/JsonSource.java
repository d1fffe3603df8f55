package org.intergov.outbound.cli;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.io.InputStream;
import org.intergov.outbound.config.Cause;

/**
 * JSON objects, or arrays of them, over as many lines as they like. A syntax error ends the input:
 * nothing says where the next message would begin.
 */
final class JsonSource implements LineSource {
  private final JsonParser parser;
  private boolean ended;

  JsonSource(InputStream in) throws IOException {
    this.parser = MessageJson.JSON.createParser(in);
  }

  @Override
  public Line next() throws IOException {
    try {
      return ended ? null : nextValue();
    } catch (JsonProcessingException e) {
      ended = true;
      return Line.wrong(lineOf(e), "json", Cause.of(e) + "; nothing from here on was read");
    }
  }

  private Line nextValue() throws IOException {
    JsonToken token = parser.nextToken();
    while (token == JsonToken.END_ARRAY
        || (token == JsonToken.START_ARRAY && parser.getParsingContext().getParent().inRoot())) {
      token = parser.nextToken();
    }
    if (token == null) {
      return null;
    }
    long number = parser.currentTokenLocation().getLineNr();
    if (token == JsonToken.START_OBJECT) {
      return object(number);
    }
    parser.skipChildren();
    return Line.wrong(number, "object", "expected a JSON object");
  }

  private Line object(long number) throws IOException {
    long start = parser.currentTokenLocation().getByteOffset();
    try (TokenBuffer object = new TokenBuffer(parser)) {
      int depth = 0;
      boolean tooLong = false;
      do {
        JsonToken token = parser.currentToken();
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        tooLong |= parser.currentLocation().getByteOffset() - start > MAX_BYTES;
        if (!tooLong) {
          object.copyCurrentEvent(parser);
        }
      } while (depth > 0 && parser.nextToken() != null);
      return tooLong ? MessageJson.tooLong(number) : MessageJson.line(number, object.asParser());
    }
  }

  private static long lineOf(JsonProcessingException e) {
    return e.getLocation() == null ? 0 : e.getLocation().getLineNr();
  }
}
