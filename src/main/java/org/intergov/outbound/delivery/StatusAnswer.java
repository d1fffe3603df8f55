package org.intergov.outbound.delivery;

import java.util.Locale;
import java.util.Optional;

/** What a channel says of a delivery when it is asked. */
public sealed interface StatusAnswer {

  /** One of the statuses of the Channel API. */
  enum Status implements StatusAnswer {
    RECEIVED,
    CONFIRMED,
    UNDELIVERABLE,
    REVOKED;

    /** The status that a channel names by this word, in whatever case; empty: it is none. */
    public static Optional<Status> of(String word) {
      return switch (word.strip().toLowerCase(Locale.ROOT)) {
        case "received" -> Optional.of(RECEIVED);
        case "confirmed" -> Optional.of(CONFIRMED);
        case "undeliverable" -> Optional.of(UNDELIVERABLE);
        case "revoked" -> Optional.of(REVOKED);
        default -> Optional.empty();
      };
    }
  }

  /** An answer that is no status: an unknown word, a 404, not JSON. Journaled once. */
  record NoStatus(String detail) implements StatusAnswer {}

  /** Nobody is asked: the channel tells by receipts alone. Only time can change something. */
  record NotAsked() implements StatusAnswer {}

  /** No answer: the channel could not be asked. Asked again next time, not journaled. */
  record Unreachable(String detail) implements StatusAnswer {}
}
