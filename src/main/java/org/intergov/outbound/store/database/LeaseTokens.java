package org.intergov.outbound.store.database;

import java.util.UUID;

/**
 * The lock tokens of the outbox. All tokens of one claim share their first half; the last twelve
 * digits tell for what a row was claimed, so that whoever finds its lease run out knows whether it
 * may have been sent.
 */
public final class LeaseTokens {
  private static final long DECIDING = 0;

  /** What was done last is forgotten: it may have been sent. */
  private static final long FORGOTTEN = 1;

  /** Claimed again after it may have been sent; it may have been, whatever this claim comes to. */
  private static final long AGAIN = 2;

  /** Whether row {@code o} was claimed to be decided upon, and not to be sent. */
  public static final String IS_DECIDING = "right(o.lock_token::text, 16) = '000-000000000000'";

  public static final String IS_FORGOTTEN = "right(o.lock_token::text, 16) = '000-000000000001'";
  public static final String IS_AGAIN = "right(o.lock_token::text, 16) = '000-000000000002'";

  private LeaseTokens() {}

  /** For rows that are looked at and never sent under this token; then they are as before. */
  public static UUID deciding(UUID claim) {
    return new UUID(claim.getMostSignificantBits(), DECIDING);
  }

  public static UUID forgotten(UUID claim) {
    return new UUID(claim.getMostSignificantBits(), FORGOTTEN);
  }

  /** For rows that may have been sent before. */
  public static UUID again(UUID claim) {
    return new UUID(claim.getMostSignificantBits(), AGAIN);
  }

  public static boolean isDeciding(UUID token) {
    return token.getLeastSignificantBits() == DECIDING;
  }
}
