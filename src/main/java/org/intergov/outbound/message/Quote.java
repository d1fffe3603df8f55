package org.intergov.outbound.message;

/** Shows a value of unknown origin inside a sentence: in quotes, cut, and without surprises. */
public final class Quote {

  private static final int MOST_CODE_POINTS = 60;

  private Quote() {}

  /**
   * The value in double quotes: at most 60 characters of it, control, format and unpaired surrogate
   * characters escaped as {@code \}{@code u001b}.
   */
  public static String of(String value) {
    return '"' + bare(value) + '"';
  }

  /** As {@link #of}, without the quotes. */
  public static String bare(String value) {
    StringBuilder shown = new StringBuilder(Math.min(value.length(), MOST_CODE_POINTS) + 8);
    int count = 0;
    int i = 0;
    while (i < value.length()) {
      if (count++ == MOST_CODE_POINTS) {
        return shown.append('…').toString();
      }
      int c = value.codePointAt(i);
      append(shown, c);
      i += Character.charCount(c);
    }
    return shown.toString();
  }

  private static void append(StringBuilder shown, int c) {
    switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          shown.append(c > 0xffff ? String.format("\\u{%x}", c) : String.format("\\u%04x", c));
      default -> shown.appendCodePoint(c);
    }
  }
}
