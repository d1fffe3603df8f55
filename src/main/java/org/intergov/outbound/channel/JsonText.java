package org.intergov.outbound.channel;

/** JSON that comes from outside, as text. */
final class JsonText {
  private static final char BYTE_ORDER_MARK = '\ufeff';

  private JsonText() {}

  /** Without the mark that some put before UTF-8, and that RFC 8259 lets a reader pass over. */
  static String of(String text) {
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK ? text.substring(1) : text;
  }
}
