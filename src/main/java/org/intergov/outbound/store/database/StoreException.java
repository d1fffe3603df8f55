package org.intergov.outbound.store.database;

/** The database refused what it was given, for example a value it cannot hold. */
public final class StoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
