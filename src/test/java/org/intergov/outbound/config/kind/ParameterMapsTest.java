package org.intergov.outbound.config.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.intergov.outbound.config.tls.KeyFiles;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;

/** Parameters that are maps, and the files that {@code tls} names. */
public class ParameterMapsTest {
  public static final Map<String, KindDescription> KINDS =
      Map.of(
          "drop",
          new KindDescription(
              "drop",
              false,
              List.of(
                  new Parameter("url", null, true, null),
                  new Parameter("mode", null, false, "a", List.of("a", "b"), Map.of()),
                  map(
                      "auth",
                      Map.of(
                          "basic", List.of(required("username"), required("password")),
                          "api-key",
                              List.of(
                                  new Parameter("header", null, false, "X-API-Key"),
                                  required("key")),
                          "oauth2",
                              List.of(
                                  optional("token-url"),
                                  optional("discovery"),
                                  required("client-id"),
                                  new Parameter(
                                      "client-auth",
                                      null,
                                      false,
                                      "basic",
                                      List.of("basic", "post"),
                                      Map.of())))),
                  map(
                      "tls",
                      Map.of(
                          "",
                          Stream.of(
                                  "ca",
                                  "certificate",
                                  "key",
                                  "key-password",
                                  "keystore",
                                  "keystore-password",
                                  "truststore",
                                  "truststore-password")
                              .map(ParameterMapsTest::optional)
                              .toList())))));

  @TempDir static Path folder;

  @BeforeAll
  static void makeFiles() throws Exception {
    Path tls = folder.resolve("tls");
    KeyFiles.make(tls, "own", Duration.ofDays(-1), Duration.ofDays(15));
    KeyFiles.make(tls, "other", Duration.ofDays(-1), Duration.ofDays(90));
    KeyFiles.make(tls, "old", Duration.ofDays(-9), Duration.ofDays(-7));
    KeyFiles.make(tls, "soon", Duration.ofDays(-9), Duration.ofDays(13));
    KeyFiles.make(tls, "later", Duration.ofDays(1), Duration.ofDays(90));
    try (InputStream rsa = ParameterMapsTest.class.getResourceAsStream("/keys/rsa.key")) {
      Files.copy(rsa, tls.resolve("rsa.key"));
    }
    Files.writeString(folder.resolve("tls/sec1.key"), pem("EC PRIVATE KEY"));
    Files.writeString(folder.resolve("tls/garbage.crt"), pem("CERTIFICATE"));
    try (InputStream locked = ParameterMapsTest.class.getResourceAsStream("/keys/scrypt.key")) {
      Files.copy(locked, folder.resolve("tls/locked.key"));
    }
    Files.writeString(folder.resolve("tls/empty.pem"), "");
  }

  private static String pem(String label) {
    return "-----BEGIN " + label + "-----\nAAAA\n-----END " + label + "-----\n";
  }

  private static Parameter required(String name) {
    return new Parameter(name, null, true, null);
  }

  private static Parameter optional(String name) {
    return new Parameter(name, null, false, null);
  }

  private static Parameter map(String name, Map<String, List<Parameter>> forms) {
    return new Parameter(name, null, false, null, List.of(), forms);
  }

  /** A file whose only channel has those parameters, and a url. */
  public static String yaml(String parameters) {
    return """
        channels:
          - id: a
            match: { receiver: SG }
            kind: drop
            parameters:
              url: https://a.example
        %s
        """
        .formatted(parameters.indent(6));
  }

  private static Loaded load(String parameters) throws InvalidChannelsException {
    return ChannelsFile.load(Tables.write(folder, yaml(parameters)), Tables.ENV::get, "AU", KINDS);
  }

  @Test
  void what_a_map_holds_is_read_by_its_keys_with_placeholders_and_defaults() throws Exception {
    Loaded loaded =
        load(
            """
            auth: { type: api-key, key: "{{env:SECRET}}" }
            mode: b
            tls: { ca: tls/other.crt, keystore: tls/own.p12, keystore-password: "%s" }
            """
                .formatted(KeyFiles.PASSWORD));

    assertThat(loaded.table().channels().get(0).parameters())
        .containsEntry("url", "https://a.example")
        .containsEntry("mode", "b")
        .containsEntry("auth.type", "api-key")
        .containsEntry("auth.header", "X-API-Key")
        .containsEntry("auth.key", "hunter2")
        .containsEntry("tls.ca", folder.resolve("tls/other.crt").toString());
    assertThat(loaded.warnings())
        .singleElement()
        .satisfies(
            w -> {
              assertThat(w.path()).isEqualTo("channels[0].parameters.tls.keystore-password");
              assertThat(w.found()).contains("plain text");
            });
  }

  @Test
  void the_paths_of_key_files_are_no_secrets() throws Exception {
    assertThat(load("tls: { certificate: tls/own.crt, key: tls/own.key }").warnings()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "old, a certificate that expired at ",
    "later, a certificate that is not valid before ",
    "soon, a certificate that expires at "
  })
  void a_certificate_that_is_not_valid_now_or_not_for_long_is_a_warning(String name, String found)
      throws Exception {
    String tls = "tls:\n  key: tls/%1$s.key\n  certificate: tls/%1$s.crt\n".formatted(name);
    assertThat(load(tls).warnings())
        .singleElement()
        .satisfies(
            w -> {
              assertThat(w.path()).isEqualTo("channels[0].parameters.tls.certificate");
              assertThat(w.line()).isEqualTo(9);
              assertThat(w.found()).startsWith(found);
            });
  }

  private static Arguments broken(String parameters, String path, String... cause) {
    return Arguments.of(parameters, "channels[0].parameters." + path, List.of(cause));
  }

  public static Stream<Arguments> brokenMaps() {
    String oauth2 = "auth: { type: oauth2, client-id: a, ";
    return Stream.of(
        broken(
            "auth: hunter2", "auth", "a single value", "a map of type,", "username", "discovery"),
        broken("auth: [ basic ]", "auth", "a list"),
        broken("auth: {}", "auth.type", "nothing", "one of", "basic"),
        broken("auth: { type: basik, username: a }", "auth.type", "\"basic\"?"),
        broken("auth: { type: [ basic ] }", "auth.type", "a list"),
        broken("auth: { type: basic, username: a }", "auth.password", "auth of type basic"),
        broken(
            "auth: { type: basic, username: a, password: p, key: hunter2 }",
            "auth.key",
            "unknown key"),
        broken("auth: { type: basic, username: 'a:b', password: p }", "auth.username", "colons"),
        broken("auth: { type: basic, username: a, password: '' }", "auth.password", "non-empty"),
        broken(
            "auth: { type: basic, username: a, password: \"hunter2\\nx\" }",
            "auth.password",
            "not shown",
            "control"),
        broken("auth: { type: basic, username: a, password: '{{env:NO}}' }", "auth.password", "NO"),
        broken("auth: { type: api-key, header: Host, key: k }", "auth.header", "\"Host\""),
        broken("auth: { type: api-key, header: 'X Y', key: k }", "auth.header", "HTTP header"),
        broken(oauth2 + "}", "auth.token-url", "either token-url or discovery"),
        broken(
            oauth2 + "token-url: https://t.example, discovery: https://i.example }",
            "auth.discovery",
            "either"),
        broken(oauth2 + "token-url: t.example }", "auth.token-url", "absolute http or https URL"),
        broken(oauth2 + "discovery: 'https://u:hunter2@i.example' }", "auth.discovery", "absolute"),
        broken(
            oauth2 + "token-url: https://t.example, client-auth: jwt }",
            "auth.client-auth",
            "one of basic, post"),
        broken("mode: c", "mode", "\"c\"", "one of a, b"),
        broken("tls: { ca: tls/none.crt }", "tls.ca", "no such file"),
        broken("tls: { ca: tls }", "tls.ca", "a directory"),
        broken("tls: { ca: tls/empty.pem }", "tls.ca", "without a certificate"),
        broken("tls: { ca: tls/garbage.crt }", "tls.ca", "cannot be read", "BEGIN CERTIFICATE"),
        broken("tls: { ca: \"a\\0b\" }", "tls.ca", "no path"),
        broken("tls: { certificate: tls/own.crt }", "tls.key", "beside certificate"),
        broken("tls: { key: tls/own.key }", "tls.certificate", "beside key"),
        broken("tls: { certificate: tls/own.crt, key: tls/other.key }", "tls.key", "not belong"),
        broken("tls: { certificate: tls/own.crt, key: tls/rsa.key }", "tls.key", "not belong"),
        broken("tls: { certificate: tls/own.crt, key: tls/sec1.key }", "tls.key", "cannot be read"),
        broken("tls: { certificate: tls/own.crt, key: tls/own.crt }", "tls.key", "without a pri"),
        broken("tls: { certificate: tls/own.crt, key: tls/locked.key }", "tls.key", "key-password"),
        broken(
            "tls: { certificate: tls/own.crt, key: tls/locked.key, key-password: hunter2 }",
            "tls.key",
            "does not open"),
        broken(
            "tls: { ca: tls/none.crt, keystore-password: '{{env:SECRET}}' }",
            "tls.keystore",
            "the file that keystore-password opens"),
        broken("tls: { key-password: hunter2 }", "tls.key", "the file that key-password opens"),
        broken(
            "tls: { keystore: tls/own.p12, keystore-password: hunter2 }",
            "tls.keystore",
            "does not open with this password"),
        broken("tls: { truststore: tls/own.key }", "tls.truststore", "not PKCS#12"),
        broken("tls: { ca: tls/own.crt, truststore: tls/own.p12 }", "tls.truststore", "either"),
        broken("tls: { ca: tls/none.crt, truststore: tls/own.p12 }", "tls.truststore", "either"),
        broken("tls: { certificate: tls/own.crt, key: '{{env:NO}}' }", "tls.key", "NO"),
        broken("tls: { certificate: [ a ], key: tls/own.key }", "tls.certificate", "a list"),
        broken(
            "tls: { keystore: tls/own.p12, keystore-password: '{{env:NO}}' }",
            "tls.keystore-password",
            "NO"),
        broken(
            "tls: { keystore: tls/own.p12, certificate: tls/own.crt, key: tls/own.key }",
            "tls.keystore",
            "either"),
        broken("tls: { cert: tls/own.crt }", "tls.cert", "unknown key"));
  }

  @Test
  void each_broken_map_is_reported() {
    // no parameters of a test: mutation testing runs each by itself, which takes much longer
    brokenMaps()
        .map(Arguments::get)
        .forEach(a -> isReported((String) a[0], (String) a[1], (List<?>) a[2]));
  }

  private static void isReported(String parameters, String path, List<?> cause) {
    InvalidChannelsException e =
        catchThrowableOfType(InvalidChannelsException.class, () -> load(parameters));

    assertThat(e).as(parameters).isNotNull();
    assertThat(e.problems().stream().filter(p -> p.severity() == Severity.ERROR))
        .as(parameters)
        .singleElement()
        .satisfies(
            p -> {
              assertThat(p.path()).isEqualTo(path);
              assertThat(p.line()).isEqualTo(7);
              assertThat(p.toString())
                  .contains(cause.toArray(String[]::new))
                  .doesNotContain("hunter2");
            });
  }
}
