package org.intergov.outbound.delivery;

import java.util.OptionalInt;

/**
 * Refusals in a row, with nothing taken between. When there are too many, it is not the messages:
 * the lane stops, and an operator looks. Not thread-safe.
 */
final class RefusalRun {
  private enum Stop {
    NONE,
    /** The lane has stopped here, and nobody knows. */
    CALLED_FOR,
    /** It is being written, for all replicas. */
    TOLD
  }

  private int length;
  private String last;
  private Stop stop = Stop.NONE;

  void ended(Outcome outcome, OptionalInt most) {
    if (outcome instanceof Outcome.Posted) {
      length = 0;
    } else if (outcome instanceof Outcome.Refused) {
      length++;
      last = outcome.detail();
      if (stop == Stop.NONE && most.isPresent() && length >= most.getAsInt()) {
        stop = Stop.CALLED_FOR;
      }
    }
  }

  /** Whether nothing may be sent until an operator has looked. */
  boolean isStopped() {
    return stop != Stop.NONE;
  }

  /**
   * Why the lane has stopped; said once, to whoever writes it. Null: it has not, or it was said.
   */
  String reason() {
    if (stop != Stop.CALLED_FOR) {
      return null;
    }
    stop = Stop.TOLD;
    return "%d refusals in a row, the last one: %s".formatted(length, last);
  }

  /** It could not be written; it is to be said again. */
  void notWritten() {
    if (stop == Stop.TOLD) {
      stop = Stop.CALLED_FOR;
    }
  }

  /** The written pause holds from now on, or an operator has ended it; it begins anew. */
  void isWritten() {
    stop = Stop.NONE;
    length = 0;
  }
}
