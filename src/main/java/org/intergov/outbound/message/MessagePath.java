package org.intergov.outbound.message;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** Where a message stands in the API. Stateless. */
public final class MessagePath {
  /** Dot segments, empty ones, and backslashes, which some take for slashes. */
  private static final Pattern AMBIGUOUS = Pattern.compile("//|\\\\|(?:^|/)\\.\\.?(?:/|$)");

  private MessagePath() {}

  /** Whether a server could read another path in this one (RFC 3986, 5.2.4). */
  public static boolean isAmbiguous(String path) {
    return AMBIGUOUS.matcher(path).find();
  }

  /**
   * The path of a message; for a reference that a path may not have, with a query.
   *
   * @param reference such as {@code AU:the-ref}
   * @param rest such as {@code /journal}; empty: the message itself
   */
  public static String of(String reference, String rest) {
    return isAmbiguous(reference)
        ? "/messages/-" + rest + "?reference=" + escaped(reference)
        : "/messages/" + escaped(reference) + rest;
  }

  /**
   * A segment of a path, or a value of a query: everything is escaped but what needs it nowhere,
   * and the colon.
   */
  public static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8)
        .replace("+", "%20")
        .replace("%7E", "~")
        .replace("%3A", ":");
  }
}
