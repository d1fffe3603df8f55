package org.intergov.outbound.message;

/** Strict UTF-8: no overlong forms, no surrogates, nothing beyond U+10FFFF. Stateless. */
public final class Utf8 {
  private static final char BYTE_ORDER_MARK = '\ufeff';

  /** What Java reads where bytes are no character. */
  private static final char REPLACEMENT = '\ufffd';

  private Utf8() {}

  /** The text without the mark that some editors and servers put before it. */
  public static String withoutMark(String text) {
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }

  /** Whether some of it could not be read: a variable, in a process with a locale such as C. */
  public static boolean isGarbled(String text) {
    return text.indexOf(REPLACEMENT) >= 0;
  }

  /** Index of the first byte that is not part of well-formed UTF-8, or -1. */
  static int firstInvalid(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int i = offset;
    while (i < end) {
      int lead = bytes[i];
      if (lead >= 0) {
        i++;
        continue;
      }
      int width = widthAt(bytes, i, end);
      if (width == 0) {
        return i;
      }
      i += width;
    }
    return -1;
  }

  /** How many bytes the character at {@code i} takes; 0 if it is malformed. */
  private static int widthAt(byte[] bytes, int i, int end) {
    int lead = bytes[i] & 0xff;
    int width;
    int lowest = 0x80;
    int highest = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
      width = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
      width = 3;
      lowest = lead == 0xe0 ? 0xa0 : lowest;
      highest = lead == 0xed ? 0x9f : highest;
    } else if (lead >= 0xf0 && lead <= 0xf4) {
      width = 4;
      lowest = lead == 0xf0 ? 0x90 : lowest;
      highest = lead == 0xf4 ? 0x8f : highest;
    } else {
      return 0;
    }
    if (i + width > end) {
      return 0;
    }
    int second = bytes[i + 1] & 0xff;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int k = i + 2; k < i + width; k++) {
      if ((bytes[k] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return width;
  }
}
