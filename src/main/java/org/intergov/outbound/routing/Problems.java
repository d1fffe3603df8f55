package org.intergov.outbound.routing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects everything that is wrong with one file. */
final class Problems {

  private final Path file;
  private final List<Problem> all = new ArrayList<>();
  private int errors;

  Problems(Path file) {
    this.file = file;
  }

  Path file() {
    return file;
  }

  void error(int line, String path, String found, String expected) {
    errors++;
    all.add(new Problem(Severity.ERROR, file, line, path, found, expected));
  }

  void warning(int line, String path, String found, String expected) {
    all.add(new Problem(Severity.WARNING, file, line, path, found, expected));
  }

  int errors() {
    return errors;
  }

  List<Problem> inOrder() {
    return all.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
  }

  void throwIfErrors() throws InvalidChannelsException {
    if (errors > 0) {
      throw new InvalidChannelsException(file, inOrder());
    }
  }
}
