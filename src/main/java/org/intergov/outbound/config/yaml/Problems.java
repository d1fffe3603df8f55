package org.intergov.outbound.config.yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.Severity;

/** Collects everything that is wrong with one file. */
public final class Problems {

  private final Path file;
  private final List<Problem> all = new ArrayList<>();
  private int errors;

  public Problems(Path file) {
    this.file = file;
  }

  public Path file() {
    return file;
  }

  public void error(int line, String path, String found, String expected) {
    errors++;
    all.add(new Problem(Severity.ERROR, file, line, path, found, expected));
  }

  public void warning(int line, String path, String found, String expected) {
    all.add(new Problem(Severity.WARNING, file, line, path, found, expected));
  }

  public int errors() {
    return errors;
  }

  public List<Problem> inOrder() {
    return all.stream().sorted(Comparator.comparingInt(Problem::line)).toList();
  }

  public void throwIfErrors() throws InvalidChannelsException {
    if (errors > 0) {
      throw new InvalidChannelsException(file, inOrder());
    }
  }
}
