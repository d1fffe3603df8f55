package org.intergov.outbound.config;

import java.nio.file.Path;

/**
 * Something wrong in {@code channels.yaml}, and where.
 *
 * @param line from 1; 0 where the file as a whole is meant
 * @param path such as {@code channels[2].retry.attempts}; empty where the file as a whole is meant
 * @param found what is there, never a secret and never a value from the environment
 * @param expected what should be there
 */
public record Problem(
    Severity severity, Path file, int line, String path, String found, String expected) {

  /**
   * {@code channels.yaml:12: channels[2].retry.attempts: found "five", expected a whole number of
   * at least 1}.
   */
  @Override
  public String toString() {
    return text(severity.name(), file.toString(), line, path, found, expected);
  }

  /** The same of a problem that comes from elsewhere, whose severity and file may be any text. */
  public static String text(
      String severity, String file, int line, String path, String found, String expected) {
    StringBuilder text = new StringBuilder(file);
    if (line > 0) {
      text.append(':').append(line);
    }
    text.append(": ");
    if (severity.equalsIgnoreCase(Severity.WARNING.name())) {
      text.append("warning: ");
    }
    if (!path.isEmpty()) {
      text.append(path).append(": ");
    }
    return text.append("found ").append(found).append(", expected ").append(expected).toString();
  }
}
