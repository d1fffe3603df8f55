package org.intergov.outbound.store;

/**
 * The database could not be reached, or gave up in the middle. Nothing was recorded, unless it is a
 * {@link CommitUnknownException}.
 */
public class StoreUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
