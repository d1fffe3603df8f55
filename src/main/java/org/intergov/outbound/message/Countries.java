package org.intergov.outbound.message;

import java.util.Locale;

/** The assigned codes of ISO 3166-1 alpha-2, looked up without allocation. */
final class Countries {

  private static final boolean[] ASSIGNED = new boolean[26 * 26];

  static {
    for (String code : Locale.getISOCountries()) {
      ASSIGNED[(code.charAt(0) - 'A') * 26 + code.charAt(1) - 'A'] = true;
    }
  }

  private Countries() {}

  static boolean isAssigned(String code) {
    return isWellFormed(code) && ASSIGNED[(code.charAt(0) - 'A') * 26 + code.charAt(1) - 'A'];
  }

  static boolean isWellFormed(String code) {
    return code.length() == 2 && isUpper(code.charAt(0)) && isUpper(code.charAt(1));
  }

  private static boolean isUpper(char c) {
    return c >= 'A' && c <= 'Z';
  }
}
