package org.intergov.outbound.message;

import java.nio.charset.StandardCharsets;

/** Makes of an idempotency key a name that is safe for a file, an object or a URL's segment. */
public final class SafeName {
  private static final char[] HEX = "0123456789ABCDEF".toCharArray();

  /** With an extension it stays under the 255 bytes that file systems take. */
  private static final int MOST = 200;

  private SafeName() {}

  /**
   * {@code AU%3Athe-ref} for {@code AU:the-ref}: letters, digits, {@code .}, {@code _}, {@code -}
   * and the {@code %} of the key's own escapes stay, all else is percent-encoded, so there is
   * neither a slash nor a way up. Different keys have different names; the same key always has the
   * same. A name that would be longer than 200 characters is cut, and ends in {@code ~} and the
   * key's SHA-256.
   *
   * @param key of {@link IdempotencyKey}: visible ASCII that begins with a country
   */
  public static String of(String key) {
    StringBuilder name = new StringBuilder(key.length() + 16);
    for (byte octet : key.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xff);
      if (stays(c) && !(c == '.' && name.isEmpty())) {
        name.append(c);
      } else {
        name.append('%').append(HEX[c >> 4]).append(HEX[c & 0xf]);
      }
    }
    if (name.length() <= MOST) {
      return name.toString();
    }
    String digest = Sha256.of(key);
    return name.substring(0, MOST - digest.length() - 1) + '~' + digest;
  }

  private static boolean stays(char c) {
    return c >= 'a' && c <= 'z'
        || c >= 'A' && c <= 'Z'
        || c >= '0' && c <= '9'
        || c == '.'
        || c == '_'
        || c == '-'
        || c == '%';
  }
}
