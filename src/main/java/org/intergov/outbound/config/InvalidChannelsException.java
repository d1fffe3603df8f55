package org.intergov.outbound.config;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The file cannot be used. Carries every problem, so that all can be mended in one go. */
public final class InvalidChannelsException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * @param problems in the order of their lines, at least one of them an error
   */
  public InvalidChannelsException(Path file, List<Problem> problems) {
    super(message(file, problems));
    this.problems = List.copyOf(problems);
  }

  /** Errors and warnings, in the order of their lines; at least one error. */
  public List<Problem> problems() {
    return problems;
  }

  private static String message(Path file, List<Problem> problems) {
    long errors = problems.stream().filter(p -> p.severity() == Severity.ERROR).count();
    return problems.stream()
        .map(p -> System.lineSeparator() + "  " + p)
        .collect(
            Collectors.joining(
                "",
                "%s cannot be used, %d %s:"
                    .formatted(file, errors, errors == 1 ? "error" : "errors"),
                ""));
  }
}
