package org.intergov.outbound.routing;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Which channel would carry a message, and why not the others.
 *
 * @param channel the one that would carry it
 * @param entries what becomes of each entry of the table, in its order
 */
public record Explanation(Optional<Channel> channel, List<Entry> entries) {

  public Explanation {
    entries = List.copyOf(entries);
  }

  /**
   * One entry of the table.
   *
   * @param channel its id
   * @param reason for people: the first rule that excluded it, or its place in the order of
   *     failover
   * @param waitsUntil when the maintenance of a channel that would carry it ends; empty if there is
   *     none
   */
  public record Entry(
      String channel, Verdict verdict, String reason, Optional<Instant> waitsUntil) {}

  /** What becomes of an entry. */
  public enum Verdict {
    /** It carries the message. */
    CARRIES,
    /** It would carry the message if those before it refused. */
    WOULD_BE_NEXT,
    /** It matches, but must not carry the message. */
    SCREENED,
    /** It matches, but is not active at that moment. */
    INACTIVE,
    /** It does not match. */
    NO_MATCH
  }
}
