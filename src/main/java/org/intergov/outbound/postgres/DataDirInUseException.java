package org.intergov.outbound.postgres;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Another live gateway holds the data directory. Nothing in it was touched. */
public final class DataDirInUseException extends EmbeddedDatabaseException {

  DataDirInUseException(Path dataDir, OptionalLong holderPid) {
    super(
        "data directory %s is in use by another gateway (%s); stop that one, or give this one a directory of its own with intergov.data-dir"
            .formatted(
                dataDir, holderPid.isPresent() ? "pid " + holderPid.getAsLong() : "pid not known"));
  }
}
