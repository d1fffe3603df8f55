package org.intergov.outbound.api.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A file that only the gateway should be able to read. */
final class SecretFile {
  private static final Logger LOG = LoggerFactory.getLogger(SecretFile.class);

  private SecretFile() {}

  /** Warns if everybody on this machine can read the file; one that is not there warns nobody. */
  static void warnIfOpen(Path file) {
    try {
      Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
      if (mode.contains(PosixFilePermission.OTHERS_READ)) {
        LOG.warn(
            "{} can be read by everybody on this machine ({}): chmod o-r",
            file,
            PosixFilePermissions.toString(mode));
      }
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{}: its mode is not to be had", file, e);
    }
  }
}
