package org.intergov.outbound.channel;

import java.net.URI;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The next page that an answer names: {@code Link: <…>; rel="next"} (RFC 8288). */
final class NextPage {
  private static final Pattern NEXT =
      Pattern.compile("<(?<target>[^>]{0,2048})>[^<]*;\\s*rel=\"?next\"?(\\s*[;,].*)?$");

  private NextPage() {}

  /**
   * The next page's query; null if there is none.
   *
   * @param asked the address that has answered
   * @throws ChannelException.Refused if it is at another address: only the query may differ
   */
  static String query(URI asked, String link) throws ChannelException {
    if (link == null) {
      return null;
    }
    for (String one : link.split(",(?=\\s*<)")) {
      Matcher m = NEXT.matcher(one.trim());
      if (m.matches()) {
        return target(asked, m.group("target"));
      }
    }
    return null;
  }

  private static String target(URI asked, String target) throws ChannelException {
    try {
      // a mere query is resolved as RFC 3986 has it, which java.net.URI does not
      URI next = asked.resolve(target.startsWith("?") ? asked.getRawPath() + target : target);
      boolean same =
          lower(next.getScheme()).equals(lower(asked.getScheme()))
              && lower(next.getAuthority()).equals(lower(asked.getAuthority()))
              && next.getRawPath().equals(asked.getRawPath());
      if (same && next.getRawQuery() != null) {
        return next.getRawQuery();
      }
    } catch (IllegalArgumentException e) {
      // no address
    }
    throw new ChannelException.Refused("the next page of its statuses is at another address");
  }

  private static String lower(String text) {
    return String.valueOf(text).toLowerCase(Locale.ROOT);
  }
}
