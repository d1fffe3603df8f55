package org.intergov.outbound.postgres;

/**
 * The embedded PostgreSQL could not be started or stopped. The message says where and what to do.
 */
public class EmbeddedDatabaseException extends RuntimeException {

  /** Says what went wrong. */
  public EmbeddedDatabaseException(String message) {
    super(message);
  }

  /** Says what went wrong, and from what. */
  public EmbeddedDatabaseException(String message, Throwable cause) {
    super(message, cause);
  }
}
