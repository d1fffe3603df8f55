package org.intergov.outbound.cli;

/** Ends a command with a message for its user, without a stack trace. */
final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final int exitCode;

  CommandFailedException(String message) {
    this(message, Cli.FAILED, null);
  }

  CommandFailedException(String message, Throwable cause) {
    this(message, Cli.FAILED, cause);
  }

  CommandFailedException(String message, int exitCode) {
    this(message, exitCode, null);
  }

  CommandFailedException(String message, int exitCode, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  int exitCode() {
    return exitCode;
  }
}
