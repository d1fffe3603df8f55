package org.intergov.outbound.config.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import org.intergov.outbound.config.tls.TlsMaterial.BadFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys in the forms that openssl writes; the script {@code make} beside them made them. */
class KeyFormsTest {
  private static final String PASSWORD = "påss wörd";

  @ParameterizedTest
  @CsvSource({
    "ec.crt, ec.pkcs8.key, EC",
    "ec.crt, sec1.key, EC",
    "ec.crt, sec1-parameters.key, EC",
    "rsa.crt, rsa.key, RSA",
    "rsa.crt, pkcs1.key, RSA",
    "pss.crt, pss.key, RSASSA-PSS",
    "ed25519.crt, ed25519.key, EdDSA"
  })
  void plain_keys_of_every_form_belong_to_their_certificates(
      String certificate, String key, String algorithm) throws BadFileException {
    TlsMaterial.Identity identity =
        TlsMaterial.read(Map.of("certificate", file(certificate), "key", file(key)))
            .identity()
            .orElseThrow();
    assertThat(identity.key().getAlgorithm()).isEqualTo(algorithm);
  }

  @ParameterizedTest
  @CsvSource({
    "ec.crt, pbkdf2.key",
    "ec.crt, scrypt.key",
    "ec.crt, 3des.key",
    "ec.crt, pbe-sha1-3des.key",
    "ec.crt, pbe-md5-des.key",
    "ec.crt, sec1-aes.key",
    "rsa.crt, pkcs1-aes.key"
  })
  void encrypted_keys_open_with_a_password_beyond_ascii_and_no_other(String certificate, String key)
      throws BadFileException {
    Map<String, String> files = Map.of("certificate", file(certificate), "key", file(key));
    assertThat(TlsMaterial.read(with(files, "key-password", PASSWORD)).identity()).isPresent();
    assertThatThrownBy(() -> TlsMaterial.read(with(files, "key-password", "other")))
        .isInstanceOf(BadFileException.class)
        .hasMessage("a key that does not open with key-password");
    assertThatThrownBy(() -> TlsMaterial.read(files))
        .isInstanceOf(BadFileException.class)
        .hasMessage("an encrypted key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"pbes2.p12", "legacy.p12"})
  void keystores_open_with_a_password_beyond_ascii_and_no_other(String keystore)
      throws BadFileException {
    Map<String, String> files = Map.of("keystore", file(keystore));
    assertThat(TlsMaterial.read(with(files, "keystore-password", PASSWORD)).identity()).isPresent();
    assertThatThrownBy(() -> TlsMaterial.read(with(files, "keystore-password", "other")))
        .isInstanceOf(BadFileException.class)
        .hasMessage("a file that is not PKCS#12 or does not open with this password");
  }

  @ParameterizedTest
  @ValueSource(strings = {"secp256k1", "brainpoolP256r1"})
  void a_curve_that_tls_does_not_have_is_named(String curve) {
    String cause = "a key on the curve " + curve + ", which Java lacks";
    assertThatThrownBy(
            () ->
                TlsMaterial.read(
                    Map.of("certificate", file(curve + ".crt"), "key", file(curve + ".key"))))
        .isInstanceOf(BadFileException.class)
        .hasMessage(cause);
    assertThatThrownBy(
            () ->
                TlsMaterial.read(
                    Map.of("keystore", file(curve + ".p12"), "keystore-password", PASSWORD)))
        .isInstanceOf(BadFileException.class)
        .hasMessage(cause);
    assertThatThrownBy(
            () ->
                TlsMaterial.read(
                    Map.of("certificate", file(curve + ".crt"), "key", file("sec1.key"))))
        .isInstanceOf(BadFileException.class)
        .hasMessage("a certificate for " + cause);
  }

  @Test
  void a_curve_that_is_spelled_out_is_no_wrong_key() {
    String cause = "a key on a curve that is spelled out instead of named";
    assertThatThrownBy(
            () ->
                TlsMaterial.read(
                    Map.of("certificate", file("ec.crt"), "key", file("explicit.key"))))
        .isInstanceOf(BadFileException.class)
        .hasMessage(cause);
    assertThatThrownBy(
            () ->
                TlsMaterial.read(
                    Map.of("certificate", file("explicit.crt"), "key", file("ec.pkcs8.key"))))
        .isInstanceOf(BadFileException.class)
        .hasMessage("a certificate for " + cause);
  }

  private static Map<String, String> with(Map<String, String> files, String key, String value) {
    Map<String, String> all = new java.util.HashMap<>(files);
    all.put(key, value);
    return all;
  }

  private static String file(String name) {
    try {
      return Path.of(KeyFormsTest.class.getResource("/keys/" + name).toURI()).toString();
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
