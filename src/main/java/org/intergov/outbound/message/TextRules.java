package org.intergov.outbound.message;

import java.util.List;

/** The rules every text field keeps: {@code blank}, {@code length}, {@code characters}. */
final class TextRules {

  private TextRules() {}

  /** Adds what is wrong with the text; says whether its characters were fine. */
  static boolean check(String field, int mostCodePoints, String value, List<Violation> to) {
    if (isBlank(value)) {
      to.add(
          new Violation(
              field,
              "blank",
              field
                  + (value.isEmpty() ? " is empty" : " is only white space")
                  + ", expected text"));
      return false;
    }
    int codePoints = value.length();
    if (codePoints > mostCodePoints) {
      codePoints = value.codePointCount(0, value.length());
    }
    if (codePoints > mostCodePoints) {
      to.add(
          new Violation(
              field,
              "length",
              "%s has %d characters, expected at most %d"
                  .formatted(field, codePoints, mostCodePoints)));
    }
    int bad = firstUnstorable(value);
    if (bad >= 0) {
      to.add(unstorable(field, value, bad));
      return false;
    }
    if (isSpace(value.charAt(0)) || isSpace(value.charAt(value.length() - 1))) {
      to.add(
          new Violation(
              field,
              "characters",
              "%s is %s, expected no white space at its beginning or end"
                  .formatted(field, Quote.of(value))));
      return false;
    }
    return true;
  }

  static boolean isSpace(char c) {
    return c == ' ' || Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  private static boolean isBlank(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (!isSpace(value.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** Index of the first control character or unpaired surrogate, or -1. */
  private static int firstUnstorable(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isISOControl(c)) {
        return i;
      }
      if (Character.isSurrogate(c)) {
        boolean paired =
            Character.isHighSurrogate(c)
                && i + 1 < value.length()
                && Character.isLowSurrogate(value.charAt(i + 1));
        if (!paired) {
          return i;
        }
        i++;
      }
    }
    return -1;
  }

  private static Violation unstorable(String field, String value, int at) {
    char c = value.charAt(at);
    return new Violation(
        field,
        "characters",
        "%s has %s (U+%04X) as its character %d, expected none"
            .formatted(
                field,
                Character.isSurrogate(c) ? "an unpaired surrogate" : "a control character",
                (int) c,
                value.codePointCount(0, at) + 1));
  }
}
