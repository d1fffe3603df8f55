package org.intergov.outbound.acceptance;

import java.time.Duration;

/** What the test channel says when it is asked for a status. */
record StatusReply(int status, String body, Duration delay) {
  StatusReply(int status, String body) {
    this(status, body, Duration.ZERO);
  }

  /** The same, said later. */
  StatusReply after(Duration later) {
    return new StatusReply(status, body, later);
  }

  static StatusReply says(String word) {
    return new StatusReply(200, "{\"status\": \"" + word + "\"}");
  }

  static StatusReply code(int status) {
    return new StatusReply(status, "{\"title\": \"as the test wants it\"}");
  }

  static StatusReply body(String body) {
    return new StatusReply(200, body);
  }
}
