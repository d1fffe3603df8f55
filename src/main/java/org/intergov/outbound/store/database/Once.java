package org.intergov.outbound.store.database;

/**
 * A piece of work that is tried until it is known to be recorded, and recorded once: if the answer
 * to the commit of a try was lost, the next try first finds out whether it has happened. To be used
 * for one piece of work, by one thread at a time.
 *
 * @param <T> what the work gives
 */
public final class Once<T> {
  private CommitProof proof;
  private T result;

  /** The fate of a try is not known. */
  void isInDoubt(CommitProof left, T gives) {
    proof = left;
    result = gives;
  }

  /** What would prove the try in doubt; null: none is. */
  CommitProof proof() {
    return proof;
  }

  T result() {
    return result;
  }

  void isKnown() {
    proof = null;
    result = null;
  }
}
