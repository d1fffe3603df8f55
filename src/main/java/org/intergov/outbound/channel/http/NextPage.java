package org.intergov.outbound.channel.http;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.config.kind.HttpAddress;

/** The next page that an answer names: {@code Link: <…>; rel="next"} (RFC 8288). */
final class NextPage {
  /** Targets are bounded; parameters are tokens or quoted strings, names in any case. */
  private static final Pattern LINK =
      Pattern.compile(
          "\\G[\\s,]*<([^>]{0,2048})>((?:\\s*;\\s*[\\w!#$&+.^`|~*-]+\\s*(?:=\\s*(?:\"(?:[^\"\\\\]|\\\\.)*\""
              + "|[^\\s;,\"]*))?)*)\\s*(?=,|$)");

  private static final Pattern PARAMETER =
      Pattern.compile(
          ";\\s*([\\w!#$&+.^`|~*-]+)\\s*(?:=\\s*(\"(?:[^\"\\\\]|\\\\.)*\"|[^\\s;,\"]*))?");

  private NextPage() {}

  /**
   * The next page's query; null if there is none.
   *
   * @param asked the address that has answered
   * @param links the values of all {@code Link} headers, in their order
   * @throws ChannelException.Refused if it is at another address: only the query may differ
   */
  static String query(HttpAddress asked, List<String> links) throws ChannelException {
    Matcher link = LINK.matcher(String.join(", ", links));
    while (link.find()) {
      if (isNext(link.group(2))) {
        return target(asked, link.group(1));
      }
    }
    return null;
  }

  /** The first {@code rel} counts; it may hold several words. */
  private static boolean isNext(String parameters) {
    Matcher p = PARAMETER.matcher(parameters);
    while (p.find()) {
      if (p.group(1).equalsIgnoreCase("rel")) {
        String value = p.group(2) == null ? "" : p.group(2).replaceAll("^\"|\"$", "");
        return List.of(value.toLowerCase(Locale.ROOT).trim().split("\\s+")).contains("next");
      }
    }
    return false;
  }

  private static String target(HttpAddress asked, String target) throws ChannelException {
    try {
      // a mere query is resolved as RFC 3986 has it, which java.net.URI does not
      String relative = target.startsWith("?") ? asked.path() + target : target;
      URI base = URI.create(asked.scheme() + "://" + asked.authority() + asked.path());
      Optional<HttpAddress> next = HttpAddress.of(base.resolve(relative));
      boolean same =
          next.isPresent()
              && next.get().tls() == asked.tls()
              && next.get().host().equalsIgnoreCase(asked.host())
              && next.get().port() == asked.port()
              && next.get().path().equals(asked.path());
      if (same && next.get().query() != null) {
        return next.get().query();
      }
    } catch (IllegalArgumentException e) {
      // no address
    }
    throw new ChannelException.Refused("the next page of its statuses is at another address");
  }
}
