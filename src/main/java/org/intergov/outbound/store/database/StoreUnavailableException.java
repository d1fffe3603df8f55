package org.intergov.outbound.store.database;

/**
 * The database could not be reached, or gave up in the middle. Nothing was recorded, unless it is a
 * {@link CommitUnknownException}.
 */
public class StoreUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String words;

  public StoreUnavailableException(String message, Throwable cause) {
    this(message, null, cause);
  }

  /**
   * @param words what the trouble is, for people outside; null: the database does not answer
   */
  public StoreUnavailableException(String message, String words, Throwable cause) {
    super(message, cause);
    this.words = words == null ? "the database does not answer" : words;
  }

  /** What the trouble is, in words that tell nothing of the installation. */
  public String words() {
    return words;
  }
}
