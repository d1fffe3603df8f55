package org.intergov.outbound.simulator;

/** A body that is not a message of the Channel API; the text says what is wrong with it. */
final class NotAMessageException extends Exception {
  private static final long serialVersionUID = 1;

  NotAMessageException(String detail) {
    super(detail);
  }
}
