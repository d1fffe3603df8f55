package org.intergov.outbound.message;

/**
 * The key that goes with every attempt of one delivery, so that a channel can tell a repeated
 * attempt from a new message.
 */
public final class IdempotencyKey {

  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  private IdempotencyKey() {}

  /**
   * {@code AU:the-ref}, and from the second generation on {@code AU:the-ref#2}.
   *
   * <p>Fit for an HTTP header: visible ASCII stays, everything else and {@code %} itself become
   * percent-encoded UTF-8. Two messages that keep the {@link MessageRules} never share a key.
   *
   * @param generation how many times the message has started its journey, from 1
   * @throws IllegalArgumentException if the generation is less than 1
   */
  public static String of(Message message, int generation) {
    if (generation < 1) {
      throw new IllegalArgumentException(
          "generation is " + generation + ", expected a number of at least 1");
    }
    StringBuilder key = new StringBuilder(message.senderRef().length() + 8);
    encode(key, message.sender());
    key.append(':');
    encode(key, message.senderRef());
    if (generation > 1) {
      key.append('#').append(generation);
    }
    return key.toString();
  }

  private static void encode(StringBuilder key, String text) {
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      if (c > ' ' && c < 0x7f && c != '%') {
        key.append((char) c);
      } else if (c < 0x80) {
        percent(key, c);
      } else if (c < 0x800) {
        percent(key, 0xc0 | c >> 6);
        percent(key, 0x80 | c & 0x3f);
      } else if (c < 0x10000) {
        percent(key, 0xe0 | c >> 12);
        percent(key, 0x80 | c >> 6 & 0x3f);
        percent(key, 0x80 | c & 0x3f);
      } else {
        percent(key, 0xf0 | c >> 18);
        percent(key, 0x80 | c >> 12 & 0x3f);
        percent(key, 0x80 | c >> 6 & 0x3f);
        percent(key, 0x80 | c & 0x3f);
      }
      i += Character.charCount(c);
    }
  }

  private static void percent(StringBuilder key, int octet) {
    key.append('%').append(HEX[octet >> 4]).append(HEX[octet & 0xf]);
  }
}
