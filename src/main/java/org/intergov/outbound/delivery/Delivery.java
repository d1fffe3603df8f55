package org.intergov.outbound.delivery;

import java.util.List;
import java.util.UUID;
import org.intergov.outbound.message.IdempotencyKey;
import org.intergov.outbound.message.Message;

/**
 * A claimed row of the delivery outbox.
 *
 * @param id the row, and the message's id in every other table
 * @param channelId the lane; null when the message is not routed yet
 * @param refusedBy channels that said no, or screened the message; never tried again
 * @param generation 1, and one more after each revocation that is sent again
 * @param attempts posts to this channel in this generation, before this claim
 * @param unknowns how many of them had an unknown outcome
 * @param claim how the row was found
 * @param lockToken the lease; every write that follows compares it
 */
public record Delivery(
    long id,
    Message message,
    String channelId,
    List<String> refusedBy,
    int generation,
    int attempts,
    int unknowns,
    Claim claim,
    UUID lockToken) {

  /** How a row was found when it was claimed. */
  public enum Claim {
    /** Pending and due. */
    DUE,
    /** Sending, with a lease that ran out: its holder died or froze, so the outcome is unknown. */
    LEASE_RAN_OUT,
    /**
     * A standby of the database was promoted, or a backup restored, which may have forgotten what
     * was done last: the outcome is unknown too.
     */
    FORGOTTEN,
    /** Past its {@code expires_at}. */
    EXPIRED
  }

  /** Whether it may have been sent before this claim, with an outcome that nobody knows. */
  public boolean mayBeSent() {
    return claim == Claim.LEASE_RAN_OUT || claim == Claim.FORGOTTEN;
  }

  /** The same, under another lease. */
  Delivery under(UUID lease) {
    return new Delivery(
        id, message, channelId, refusedBy, generation, attempts, unknowns, claim, lease);
  }

  /** The key that goes with every attempt of this generation. */
  public String idempotencyKey() {
    return IdempotencyKey.of(message, generation);
  }
}
