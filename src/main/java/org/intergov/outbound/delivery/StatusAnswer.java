package org.intergov.outbound.delivery;

/** What a channel says of a delivery when it is asked. */
public sealed interface StatusAnswer {

  /** One of the statuses of the Channel API. */
  enum Status implements StatusAnswer {
    RECEIVED,
    CONFIRMED,
    UNDELIVERABLE,
    REVOKED
  }

  /** An answer that is no status: an unknown word, a 404, not JSON. Journaled once. */
  record NoStatus(String detail) implements StatusAnswer {}

  /** Nobody is asked: the channel tells by receipts alone. Only time can change something. */
  record NotAsked() implements StatusAnswer {}

  /** No answer: the channel could not be asked. Asked again next time, not journaled. */
  record Unreachable(String detail) implements StatusAnswer {}
}
