package org.intergov.outbound.message;

import java.util.List;

/** What became of reading a message: the message, or everything that is wrong with it. */
public sealed interface ReadResult {

  /** A message that keeps every rule. */
  record Read(Message message) implements ReadResult {}

  /**
   * All violations, in field order, unknown fields last; never empty. Where the bytes are not JSON
   * there is exactly one, of the field {@code body}.
   */
  record Invalid(List<Violation> violations) implements ReadResult {

    public Invalid {
      violations = List.copyOf(violations);
    }
  }
}
