package org.intergov.outbound.channel.http;

import java.util.Optional;

/** Who we say we are: some firewalls answer 403 to those who do not say it. */
final class UserAgent {
  /** Product and version (RFC 9110, section 10.1.5). */
  static final String OURS =
      "intergov-outbound/"
          + Optional.ofNullable(UserAgent.class.getPackage().getImplementationVersion())
              .orElse("unreleased");

  private UserAgent() {}
}
