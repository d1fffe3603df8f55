package org.intergov.outbound.config.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What tells one state of a file from another without reading it: which file it really is, when it
 * was changed and how large it is.
 */
public record FileStamp(Path real, Object key, long modifiedNanos, long size) {

  /** Of the file as it is now; empty: it is not there, or cannot be looked at. */
  public static Optional<FileStamp> of(Path file) {
    try {
      Path real = file.toRealPath();
      BasicFileAttributes a = Files.readAttributes(real, BasicFileAttributes.class);
      long nanos = a.lastModifiedTime().to(TimeUnit.NANOSECONDS);
      return Optional.of(new FileStamp(real, a.fileKey(), nanos, a.size()));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
