package org.intergov.outbound.config.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.intergov.outbound.config.kind.ParameterMapsTest;
import org.intergov.outbound.config.tls.TlsMaterial.BadFileException;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whom a channel's {@code tls} trusts, and what is said of files that are old or of no use. */
class TlsFilesTest {
  @TempDir static Path folder;

  @BeforeAll
  static void makeFiles() throws Exception {
    KeyFiles.make(folder, "own", Duration.ofDays(-1), Duration.ofDays(90));
    KeyFiles.make(folder, "soon", Duration.ofDays(-9), Duration.ofDays(13));
    KeyFiles.make(folder, "old", Duration.ofDays(-9), Duration.ofDays(-7));
    store("one.p12", "soon");
    store("two.p12", "soon", "own");
    store("none.p12");
    Files.writeString(
        folder.resolve("both.crt"),
        Files.readString(folder.resolve("soon.crt")) + Files.readString(folder.resolve("own.crt")));
    byte[] dsa = KeyPairGenerator.getInstance("DSA").generateKeyPair().getPrivate().getEncoded();
    Files.writeString(
        folder.resolve("dsa.key"),
        "-----BEGIN PRIVATE KEY-----\n"
            + Base64.getMimeEncoder().encodeToString(dsa)
            + "\n-----END PRIVATE KEY-----\n");
    String own = Files.readString(folder.resolve("own.crt"));
    String largest = own + "\n".repeat((1 << 20) - own.length());
    Files.writeString(folder.resolve("largest.crt"), largest);
    Files.writeString(folder.resolve("larger.crt"), largest + "\n");
  }

  private static void store(String file, String... names) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (String name : names) {
      store.setCertificateEntry(name, certificate(name));
    }
    try (OutputStream out = Files.newOutputStream(folder.resolve(file))) {
      store.store(out, KeyFiles.PASSWORD.toCharArray());
    }
  }

  private static X509Certificate certificate(String name) throws Exception {
    return TlsMaterial.read(Map.of("ca", path(name + ".crt"))).trusted().get(0);
  }

  private static String path(String file) {
    return folder.resolve(file).toString();
  }

  private static TlsMaterial truststore(String file) throws BadFileException {
    return TlsMaterial.read(
        Map.of("truststore", path(file), "truststore-password", KeyFiles.PASSWORD));
  }

  private static List<String> told(String parameters) {
    return told(parameters, ParameterMapsTest.KINDS);
  }

  private static List<String> told(String parameters, Map<String, KindDescription> kinds) {
    return Tables.told(
        folder,
        Tables.entry("drop", "parameters:", "  " + parameters.replace("\n", "\n      ")),
        kinds);
  }

  @Test
  void whom_we_trust_is_whom_the_files_name() throws Exception {
    assertThat(TlsMaterial.read(Map.of()).trusted()).isEmpty();
    assertThat(TlsMaterial.read(Map.of("ca", path("both.crt"))).trusted())
        .extracting(c -> c.getSubjectX500Principal().getName())
        .containsExactly("CN=soon", "CN=own");
    assertThat(truststore("two.p12").trusted())
        .extracting(c -> c.getSubjectX500Principal().getName())
        .containsExactlyInAnyOrder("CN=soon", "CN=own");
    assertThatThrownBy(() -> truststore("none.p12"))
        .isInstanceOf(BadFileException.class)
        .hasMessage("no certificate");
  }

  @Test
  void printed_it_says_who_we_are_and_how_many_are_trusted() throws Exception {
    Map<String, String> own = Map.of("certificate", path("own.crt"), "key", path("own.key"));

    assertThat(TlsMaterial.read(own)).hasToString("TLS as CN=own, trusting Java's");
    assertThat(truststore("two.p12").toString()).endsWith(", trusting 2");
  }

  @Test
  void a_key_of_another_algorithm_is_refused_by_name() {
    assertThatThrownBy(
            () -> TlsMaterial.read(Map.of("certificate", path("own.crt"), "key", path("dsa.key"))))
        .isInstanceOf(BadFileException.class)
        .hasMessage("a key of the algorithm 1.2.840.10040.4.1");
  }

  @Test
  void a_file_of_more_than_a_megabyte_is_not_read() {
    assertThat(told("url: https://a.example\ntls: { ca: largest.crt }")).isEmpty();
    assertThat(told("url: https://a.example\ntls: { ca: larger.crt }"))
        .containsExactly(
            ":7: channels[0].parameters.tls.ca: found more than 1 MB, expected a file of at most"
                + " 1 MB that can be read");
  }

  @Test
  void tls_needs_an_https_url() {
    assertThat(told("url: http://a.example\ntls: { ca: own.crt }"))
        .containsExactly(
            ":7: channels[0].parameters.tls: found tls for an http url, expected an https url");
    assertThat(told("url: 'no url'\ntls: { ca: own.crt }")).isEmpty();
  }

  @Test
  void the_only_one_that_is_trusted_must_not_be_about_to_expire() {
    String password = ", truststore-password: '{{env:SECRET}}' }";
    assertThat(told("url: https://a.example\ntls:\n  ca: soon.crt"))
        .singleElement()
        .satisfies(
            told ->
                assertThat(told)
                    .startsWith(
                        ":8: warning: channels[0].parameters.tls.ca: found a certificate that"
                            + " expires at "));
    assertThat(told("url: https://a.example\ntls: { ca: both.crt }")).isEmpty();
    assertThat(told("url: https://a.example\ntls: { truststore: one.p12" + password))
        .singleElement()
        .satisfies(told -> assertThat(told).contains("does not open with this password"));
  }

  @Test
  void a_store_of_one_certificate_must_not_be_about_to_expire() {
    for (String[] store : new String[][] {{"truststore", "one.p12"}, {"keystore", "old.p12"}}) {
      assertThat(
              told(
                  "url: https://a.example\ntls:\n  %1$s-password: '{{env:NONE:%2$s}}'\n  %1$s: %3$s"
                      .formatted(store[0], KeyFiles.PASSWORD, store[1])))
          .filteredOn(told -> !told.contains("plain text"))
          .singleElement()
          .satisfies(
              told ->
                  assertThat(told)
                      .startsWith(
                          ":9: warning: channels[0].parameters.tls."
                              + store[0]
                              + ": found a cert"));
    }
  }

  @Test
  void a_file_that_only_the_template_names_is_told_at_the_map() {
    KindDescription drop =
        new KindDescription(
            "drop",
            false,
            List.of(
                new Parameter(
                    "tls",
                    null,
                    false,
                    null,
                    List.of(),
                    Map.of("", List.of(new Parameter("ca", null, false, "gone.crt"))))));

    assertThat(told("tls: {}", Map.of("drop", drop)))
        .containsExactly(
            ":6: channels[0].parameters.tls.ca: found no such file, expected a file of at most"
                + " 1 MB that can be read");
  }
}
