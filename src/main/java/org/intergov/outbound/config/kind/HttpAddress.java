package org.intergov.outbound.config.kind;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An absolute {@code http} or {@code https} address, read once into a form that can be compared and
 * used without looking at the text again: schemes are the same in whatever case they are written
 * (RFC 3986, section 3.1), and names that Compose and Swarm give to hosts, with underscores, are
 * names here too, which {@link URI#getHost} does not take them for.
 *
 * @param tls whether it is {@code https}
 * @param host without brackets or a user
 * @param port that of the scheme where none is named
 * @param path encoded, in ASCII; may be empty
 * @param query encoded; null: none
 */
public record HttpAddress(boolean tls, String host, int port, String path, String query) {
  private static final Pattern NAME =
      Pattern.compile("([A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?)(?::([0-9]{0,5}))?");

  private static final int MOST_PORT = 65_535;

  /** Reads one; nothing if it is none, or names a user or a fragment. */
  public static Optional<HttpAddress> read(String text) {
    try {
      return of(new URI(text));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  /** The same, of what is a URI already. */
  public static Optional<HttpAddress> of(URI uri) {
    boolean tls = "https".equalsIgnoreCase(uri.getScheme());
    if (!tls && !"http".equalsIgnoreCase(uri.getScheme())
        || uri.getRawAuthority() == null
        || uri.getRawFragment() != null) {
      return Optional.empty();
    }
    String host = uri.getHost();
    int port = uri.getPort();
    if (host == null) {
      Matcher name = NAME.matcher(uri.getRawAuthority());
      if (!name.matches()) {
        return Optional.empty();
      }
      host = name.group(1);
      String digits = name.group(2);
      port = digits == null || digits.isEmpty() ? -1 : Integer.parseInt(digits);
    } else if (uri.getRawUserInfo() != null) {
      return Optional.empty();
    }
    if (port == 0 || port > MOST_PORT) {
      return Optional.empty();
    }
    URI ascii = URI.create(uri.toASCIIString());
    return Optional.of(
        new HttpAddress(
            tls,
            host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
            port > 0 ? port : tls ? 443 : 80,
            ascii.getRawPath(),
            ascii.getRawQuery()));
  }

  /** Its scheme, in lower case. */
  public String scheme() {
    return tls ? "https" : "http";
  }

  /** Host and port, for errors. */
  public String authority() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** What the first line of a request names. */
  public String target() {
    String from = path.isEmpty() ? "/" : path;
    return query == null ? from : from + "?" + query;
  }

  /** The text with its scheme in lower case, if it has one. */
  static String withLowerScheme(String text) {
    int end = text.indexOf("://");
    return end < 0
        ? text
        : text.substring(0, end).toLowerCase(java.util.Locale.ROOT) + text.substring(end);
  }
}
