package org.intergov.outbound.config.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.config.yaml.YamlFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What tells one state of a file from another. */
class FingerprintTest {
  @TempDir Path folder;

  @Test
  void a_fingerprint_is_the_start_of_the_sha_256_of_the_content() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "abc");
    assertThat(Fingerprint.of(file)).isEqualTo("ba7816bf8f01cfea");
    assertThat(Fingerprint.of(Files.writeString(folder.resolve("b"), "")))
        .isEqualTo("e3b0c44298fc1c14");
  }

  @Test
  void of_what_is_too_large_to_be_used_the_start_decides() throws Exception {
    byte[] bytes = new byte[YamlFile.MOST_BYTES + 2];
    Path file = Files.write(folder.resolve("a"), bytes);
    String before = Fingerprint.of(file);

    bytes[YamlFile.MOST_BYTES + 1] = 1;
    assertThat(Fingerprint.of(Files.write(file, bytes))).isEqualTo(before);
    bytes[YamlFile.MOST_BYTES] = 1;
    assertThat(Fingerprint.of(Files.write(file, bytes))).isNotEqualTo(before);
  }

  @Test
  void what_is_no_file_is_unreadable() {
    assertThat(Fingerprint.of(folder)).isEqualTo("unreadable");
    assertThat(Fingerprint.of(folder.resolve("none"))).isEqualTo("unreadable");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void a_file_that_breaks_while_it_is_read_is_unreadable() {
    Path broken = Path.of("/proc/self/mem");

    assertThat(Fingerprint.of(broken)).isEqualTo("unreadable");
    assertThat(Tables.problems(broken))
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.line()).isZero();
              assertThat(p.found()).isEqualTo("something unreadable (Input/output error)");
            });
  }

  @Test
  void a_stamp_tells_a_file_from_the_one_that_was_there_before() throws Exception {
    Path file = Files.writeString(folder.resolve("a"), "abc");
    FileStamp first = FileStamp.of(file).orElseThrow();

    assertThat(FileStamp.of(Files.createSymbolicLink(folder.resolve("link"), file)))
        .contains(first);
    Files.setLastModifiedTime(file, FileTime.fromMillis(5));
    assertThat(FileStamp.of(file)).isPresent().isNotEqualTo(java.util.Optional.of(first));
    assertThat(FileStamp.of(folder.resolve("none"))).isEmpty();
  }
}
