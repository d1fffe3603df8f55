package org.intergov.outbound.config.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the parameters of kind {@code http} must be beside each other. */
class HttpParametersTest {
  @TempDir Path folder;

  private static Map<String, KindDescription> kinds() {
    List<Parameter> parameters = new ArrayList<>(ParameterMapsTest.KINDS.get("drop").parameters());
    parameters.add(new Parameter("key-header", null, false, "Idempotency-Key"));
    return Map.of("http", new KindDescription("http", false, parameters));
  }

  private Loaded load(String parameters) throws InvalidChannelsException {
    String yaml =
        """
        channels:
          - id: a
            match: { receiver: SG }
            kind: http
            parameters: { url: "https://a.example", %s }
        """
            .formatted(parameters);
    return ChannelsFile.load(Tables.write(folder, yaml), Tables.ENV::get, "AU", kinds());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "auth: { type: api-key, header: idempotency-KEY, key: \"{{env:SECRET}}\" }",
        "auth: { type: api-key, key: \"{{env:SECRET}}\" }, key-header: x-api-key",
        "key-header: X-Other, auth: { type: api-key, header: X-Other, key: \"{{env:SECRET}}\" }"
      })
  void an_api_key_may_not_take_the_place_of_the_idempotency_key(String parameters) {
    InvalidChannelsException e =
        catchThrowableOfType(InvalidChannelsException.class, () -> load(parameters));

    assertThat(e.problems())
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.line()).isEqualTo(5);
              assertThat(p.path()).isEqualTo("channels[0].parameters.auth.header");
              assertThat(p.found()).contains("which carries the idempotency key");
              assertThat(p.expected()).contains("a header other than key-header");
            });
  }

  @Test
  void an_api_key_is_ascii() {
    InvalidChannelsException e =
        catchThrowableOfType(
            InvalidChannelsException.class,
            () -> load("auth: { type: api-key, key: \"schlüssel\" }"));

    assertThat(e.problems())
        .filteredOn(p -> p.severity() == Severity.ERROR)
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.path()).isEqualTo("channels[0].parameters.auth.key");
              assertThat(p.toString()).contains("beyond ASCII").doesNotContain("schl");
            });
  }

  @Test
  void any_ascii_that_can_be_printed_may_be_in_an_api_key() throws Exception {
    String key = " !0aZ~";
    assertThat(load("auth: { type: api-key, key: \"" + key + "\" }").table().channels())
        .singleElement()
        .satisfies(c -> assertThat(c.parameters()).containsEntry("auth.key", key));
  }

  @Test
  void the_scheme_of_a_url_is_lower_case_and_no_slash_ends_it() throws Exception {
    String yaml = Tables.entry("http", "parameters: { url: \"HTTPS://A.example:8443/Path//\" }");
    assertThat(Tables.only(folder, yaml, Tables.KINDS).parameters())
        .containsEntry("url", "https://A.example:8443/Path");
  }

  @Test
  void an_api_key_has_a_header_of_its_own() throws Exception {
    assertThat(load("auth: { type: api-key, key: \"{{env:SECRET}}\" }").warnings()).isEmpty();
  }
}
