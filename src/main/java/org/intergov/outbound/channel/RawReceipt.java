package org.intergov.outbound.channel;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * A receipt as it came from a channel.
 *
 * @param id what the queue or the topic calls it; the same when it comes again
 * @param body as text; what is no text may be passed as null
 */
public record RawReceipt(String id, String body) {

  /** Of text in UTF-8; what is none has no body. */
  public static RawReceipt of(String id, byte[] utf8) {
    try {
      return new RawReceipt(
          id,
          utf8 == null
              ? null
              : StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      return new RawReceipt(id, null);
    }
  }
}
