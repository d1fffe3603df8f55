package org.intergov.outbound.simulator;

/** What becomes of one post to a simulated channel. */
public enum Fate {
  /** Taken, answered 201 with an id, and confirmed after {@link Options#confirmAfter()}. */
  DELIVER,
  /** Answered 400; not taken. */
  REFUSE,
  /** Answered 503 with {@code Retry-After: 1}; not taken. */
  UNAVAILABLE,
  /** Answered 500; not taken. */
  SERVER_ERROR,
  /** Taken, but the connection is closed without a reply. */
  LOSE_REPLY,
  /** Taken, but never answered; the connection stays open until the caller closes it. */
  HANG,
  /** Taken, and answered 201 without an id. */
  WITHOUT_ID,
  /** Taken, then reported undeliverable where others are confirmed. */
  UNDELIVERABLE,
  /** Taken, confirmed, and revoked {@link Options#revokeAfter()} later. */
  REVOKE,
  /** Taken, and reported as received for good. */
  NEVER_CONFIRM;

  /** Whether it shows in later status answers rather than in the answer to the post. */
  boolean showsLater() {
    return this == UNDELIVERABLE || this == REVOKE || this == NEVER_CONFIRM;
  }
}
