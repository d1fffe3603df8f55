package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;

/**
 * One self-signed certificate for 127.0.0.1, which everyone shows and trusts, as PEM files: the
 * certificate, its key, both together.
 */
record KafkaCertificates(Path certificate, Path key, Path both) {
  private static final String PASSWORD = "only-in-the-test";

  static KafkaCertificates create(Path directory) throws IOException {
    Path pkcs12 = directory.resolve("kafka.p12");
    keytool(
        "-genkeypair",
        "-alias",
        "kafka",
        "-keyalg",
        "EC",
        "-groupname",
        "secp256r1",
        "-dname",
        "CN=kafka.test",
        "-ext",
        "san=ip:127.0.0.1",
        "-validity",
        "3650",
        "-storetype",
        "PKCS12",
        "-storepass",
        PASSWORD,
        "-keystore",
        pkcs12.toString());
    try (InputStream in = Files.newInputStream(pkcs12)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(in, PASSWORD.toCharArray());
      byte[] key = store.getKey("kafka", PASSWORD.toCharArray()).getEncoded();
      byte[] certificate = store.getCertificate("kafka").getEncoded();
      String certificatePem = pem("CERTIFICATE", certificate);
      String keyPem = pem("PRIVATE KEY", key);
      return new KafkaCertificates(
          GatewayProcess.write(directory.resolve("certificate.pem"), certificatePem),
          GatewayProcess.write(directory.resolve("key.pem"), keyPem),
          GatewayProcess.write(directory.resolve("both.pem"), keyPem + certificatePem));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String pem(String what, byte[] content) {
    String base64 = Base64.getMimeEncoder(64, "\n".getBytes()).encodeToString(content);
    return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
  }

  private static void keytool(String... arguments) throws IOException {
    java.util.List<String> command = new java.util.ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(java.util.List.of(arguments));
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      assertThat(process.waitFor()).as("keytool").isZero();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
