package org.intergov.outbound.message;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Shows a value of unknown origin inside a sentence: in quotes, cut, and without surprises. */
public final class Quote {

  private static final int MOST_CODE_POINTS = 60;

  /**
   * Letters, marks and symbols without a shape: fillers of Hangul, a joiner, a blank of Braille.
   */
  private static final String UNSEEN_LETTERS = "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u2800";

  private static final Pattern ESCAPE =
      Pattern.compile("\\\\u(?:([0-9a-fA-F]{4})|\\{([0-9a-fA-F]{1,6})})");

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

  /**
   * The whole text, with everything escaped that cannot be seen or looks like something else, as
   * {@code \}{@code u202e} or {@code \}{@code u{1f3fb}}. What looks like such an escape has its
   * backslash escaped, so {@link #unescaped} gives the text back.
   */
  public static String escaped(String text) {
    if (text.codePoints().noneMatch(c -> isUnseen(c) || c == '\\')) {
      return text;
    }
    StringBuilder shown = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      i += Character.charCount(c);
      if (c == '\\' && text.startsWith("u", i)) {
        escape(shown, c);
      } else {
        append(shown, c);
      }
    }
    return shown.toString();
  }

  /** What {@link #escaped} has shown, as it was. */
  public static String unescaped(String shown) {
    return ESCAPE
        .matcher(shown)
        .replaceAll(
            found -> {
              String digits = found.group(1) == null ? found.group(2) : found.group(1);
              int c = Integer.parseInt(digits, 16);
              return Character.isValidCodePoint(c)
                  ? Matcher.quoteReplacement(Character.toString(c))
                  : Matcher.quoteReplacement(found.group());
            });
  }

  private static void append(StringBuilder shown, int c) {
    if (isUnseen(c)) {
      escape(shown, c);
    } else {
      shown.appendCodePoint(c);
    }
  }

  private static void escape(StringBuilder shown, int c) {
    shown.append(c > 0xffff ? String.format("\\u{%x}", c) : String.format("\\u%04x", c));
  }

  private static boolean isUnseen(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      case Character.SPACE_SEPARATOR -> c != ' ';
      default -> UNSEEN_LETTERS.indexOf(c) >= 0;
    };
  }
}
