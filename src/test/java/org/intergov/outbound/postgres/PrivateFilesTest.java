package org.intergov.outbound.postgres;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A data directory is the gateway's own, or it is not used. */
class PrivateFilesTest {
  private static final List<String> NAMES = List.of("postgres", "postgres.log");

  @TempDir private Path home;

  @ParameterizedTest
  @ValueSource(strings = {"rwx------", "rwxr-xr-x", "rwxr-x---"})
  void a_directory_that_others_cannot_change_is_taken(String mode) throws IOException {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString(mode));
    Files.createFile(home.resolve("postgres.log"));

    assertThatCode(() -> PrivateFiles.checkIsOurs(home, NAMES)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rwxrwxrwx", "rwxr-xrwx", "rwxrwx---"})
  void one_that_others_can_write_to_is_refused(String mode) throws IOException {
    Files.setPosixFilePermissions(home, PosixFilePermissions.fromString(mode));

    assertThatThrownBy(() -> PrivateFiles.checkIsOurs(home, NAMES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(mode)
        .hasMessageEndingWith("chmod go-w " + home);
    assertThatThrownBy(() -> EmbeddedDatabase.start(home))
        .isInstanceOf(EmbeddedDatabaseException.class)
        .hasMessageStartingWith("cannot keep a database in data directory " + home + ": others");
  }

  @Test
  void a_link_where_a_file_of_ours_should_be_is_refused() throws IOException {
    Files.createSymbolicLink(home.resolve("postgres.log"), Path.of("/tmp/elsewhere"));

    assertThatThrownBy(() -> PrivateFiles.checkIsOurs(home, NAMES))
        .hasMessageContaining("postgres.log is a symbolic link");
  }
}
