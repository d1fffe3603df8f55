package org.intergov.outbound.channel;

import java.nio.file.Files;
import java.nio.file.Path;

/** A bean for routes of operators: says whether a directory holds a file. Thread-safe. */
public final class FileLookup {
  /**
   * @param name of the file; one that would lead out of the directory is never there
   * @throws IllegalStateException if the directory itself is not there, so that a mount that is
   *     away is not taken for an answer
   */
  public boolean exists(String directory, String name) {
    Path folder = Path.of(directory);
    if (!Files.isDirectory(folder)) {
      throw new IllegalStateException("no directory " + directory);
    }
    boolean plain = !name.isEmpty() && name.indexOf('/') < 0 && name.indexOf('\\') < 0;
    return plain && !name.equals(".") && !name.equals("..") && Files.exists(folder.resolve(name));
  }
}
