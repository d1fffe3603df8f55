package org.intergov.outbound.store.database;

import java.sql.SQLException;

/**
 * The database went away while a commit was on its way, and has not come back to say whether it
 * happened. Whoever tries again must do no harm in either case; see {@link Once}.
 */
public final class CommitUnknownException extends StoreUnavailableException {
  private static final long serialVersionUID = 1L;

  CommitUnknownException(String message, SQLException cause) {
    super(message, cause);
  }
}
