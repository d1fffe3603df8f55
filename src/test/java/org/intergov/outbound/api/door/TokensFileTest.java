package org.intergov.outbound.api.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The file of tokens. */
class TokensFileTest {
  private static final String DIGEST = "sha256:" + AccessToken.digest("a token");

  @TempDir private Path folder;

  @Test
  void each_line_is_a_holder_with_roles() throws IOException {
    TokensFile.Contents contents =
        read(
            """
            # tokens

            portal submit,read %s
            night-shift operate sha256:%s
            """
                .formatted(DIGEST, AccessToken.digest("another")));

    assertThat(contents.faults()).isEmpty();
    AccessToken portal = contents.tokens().get(0);
    assertThat(portal.may(Role.SUBMIT)).isTrue();
    assertThat(portal.may(Role.READ)).isTrue();
    assertThat(portal.may(Role.OPERATE)).isFalse();
    AccessToken shift = contents.tokens().get(1);
    assertThat(shift.may(Role.SUBMIT)).isFalse();
    assertThat(shift.may(Role.READ)).as("included in operate").isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "portal submit | 2 parts",
        "portal submit sha256:12 | not shown",
        "portal submit igo_my-own-token | not shown",
        "portal igo_my-own-token DIGEST | not shown",
        "igo_my-own-token submit DIGEST | not shown",
        "portal read,my-own-token-without-its-beginning DIGEST | not shown",
        "portal admin DIGEST | the role \"admin\"",
        "po/rtal submit DIGEST | the name \"po/rtal\"",
        "'' | no token in it"
      })
  void a_fault_is_named_with_its_line_and_no_secret(String line, String found) throws IOException {
    TokensFile.Contents contents = read("\n" + line.replace("DIGEST", DIGEST));

    assertThat(contents.faults())
        .singleElement()
        .asString()
        .contains("tokens", found)
        .doesNotContain("my-own-token");
    assertThat(contents.tokens()).isEmpty();
  }

  @Test
  void a_name_or_a_digest_stands_once() throws IOException {
    List<String> faults = read("portal submit %1$s\nportal read %1$s".formatted(DIGEST)).faults();

    assertThat(faults).hasSize(2).allMatch(f -> f.contains("line 2"));
  }

  @Test
  void a_file_that_is_not_there_is_a_fault() {
    assertThat(TokensFile.read(folder.resolve("none")).faults())
        .singleElement()
        .asString()
        .contains("cannot be read");
  }

  @Test
  void tokens_are_long_and_differ() {
    assertThat(AccessToken.random()).hasSizeGreaterThan(40).isNotEqualTo(AccessToken.random());
  }

  private TokensFile.Contents read(String text) throws IOException {
    return TokensFile.read(Files.writeString(folder.resolve("tokens"), text));
  }
}
