package org.intergov.outbound.api.door;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intergov.outbound.message.MessagePath;

/**
 * A path means the same to every server that reads it, or it is refused: a proxy in front of the
 * gateway decides by the path what may pass, and the router behind takes it in its normal form (RFC
 * 3986, 6.2.2).
 *
 * <p>The reference of a message is a segment of its own behind {@code /messages/}. It begins with a
 * country code and a colon, so it may have what another segment may not, as long as the path does
 * not mean another one once its escaped slashes are read. A reference that cannot be written so
 * stands in the query: {@code /messages/-?reference=}.
 */
final class RequestPath {
  private static final Pattern NO_ESCAPE = Pattern.compile("%(?![0-9A-Fa-f]{2})");

  /** Escapes of slashes, backslashes and of what needs none: letters, digits and {@code -._~}. */
  private static final Pattern NEEDLESS =
      Pattern.compile("%(?:2[d-fD-F]|5[cCfF]|7[eE]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA])");

  private static final Pattern OF_MESSAGE =
      Pattern.compile("/messages/([A-Z]{2}(?::|%3[aA])[^/]*)(/[a-z]+)?");

  private RequestPath() {}

  /**
   * Refuses a path, or a query, that cannot be read in one way only.
   *
   * @param path null: the request's target has none
   * @param query null: none
   * @throws ApiProblem 400
   */
  static void check(String path, String query) {
    if (path != null && NO_ESCAPE.matcher(path).find()) {
      throw new ApiProblem(400, "Bad path", "A percent sign in the path starts no valid escape.");
    }
    if (query != null && NO_ESCAPE.matcher(query).find()) {
      throw new ApiProblem(400, "Bad query", "A percent sign in the query starts no valid escape.");
    }
    if (path == null) {
      return;
    }
    Matcher message = OF_MESSAGE.matcher(path);
    if (message.matches()) {
      checkReference(message.group(1));
    } else if (MessagePath.isAmbiguous(path) || NEEDLESS.matcher(path).find()) {
      throw new ApiProblem(
          400,
          "Bad path",
          "The path is not in its normal form: no segment may be empty, \".\" or \"..\", and no"
              + " slash, backslash, letter, digit or one of -._~ may be escaped.");
    }
  }

  private static void checkReference(String segment) {
    if (MessagePath.isAmbiguous(decoded(segment))) {
      throw new ApiProblem(
          400,
          "Bad path",
          "The reference has a part that is empty, \".\" or \"..\", or a backslash, which a path may"
              + " not have: ask for /messages/-?reference=... instead.");
    }
  }

  /** A segment as it was before it was escaped. */
  static String decoded(String segment) {
    return URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8);
  }
}
