package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.intergov.outbound.cli.GatewayProfile.BadProfileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which gateway is meant when no option says so. */
class GatewayProfileTest {
  @TempDir private Path home;

  private GatewayProfile read(Map<String, String> environment) throws BadProfileException {
    return GatewayProfile.read(environment, home);
  }

  @Test
  void without_anything_it_is_the_gateway_of_this_machine() throws BadProfileException {
    assertThat(read(Map.of()).url()).isEqualTo("http://127.0.0.1:8080");
    assertThat(read(Map.of("INTERGOV_API_PORT", "9090")).url()).isEqualTo("http://127.0.0.1:9090");
    assertThat(
            read(Map.of("INTERGOV_API_PORT", "9443", "INTERGOV_API_TLS_CERTIFICATE", "x.crt"))
                .url())
        .isEqualTo("https://127.0.0.1:9443");
    assertThat(read(Map.of()).token()).isNull();
    assertThat(read(Map.of()).ca()).isNull();
  }

  @Test
  void the_environment_goes_before_the_file() throws IOException, BadProfileException {
    Files.writeString(
        home.resolve(GatewayProfile.FILE), "url=https://node:1\ntoken-file=/t\nca=/from-file\n");

    GatewayProfile profile = read(Map.of("INTERGOV_CA", "/from-environment", "INTERGOV_TOKEN", ""));

    assertThat(profile.url()).isEqualTo("https://node:1");
    assertThat(profile.tokenFile()).isEqualTo(Path.of("/t"));
    assertThat(profile.token()).isNull();
    assertThat(profile.ca()).isEqualTo(Path.of("/from-environment"));
    assertThat(read(Map.of("INTERGOV_URL", "http://other:2")).url()).isEqualTo("http://other:2");
  }

  @Test
  void a_file_that_is_named_must_be_there_and_have_known_keys() throws IOException {
    Path other = home.resolve("other");
    assertThatThrownBy(() -> read(Map.of("INTERGOV_PROFILE", other.toString())))
        .isInstanceOf(BadProfileException.class)
        .hasMessageContaining("other cannot be read");
    Files.writeString(other, "uri=http://x\n");
    assertThatThrownBy(() -> read(Map.of("INTERGOV_PROFILE", other.toString())))
        .hasMessageEndingWith("has [uri], expected some of [url, token, token-file, ca]");
  }
}
