package org.intergov.outbound.channel.kafka;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Keys and certificates made for a test by the JDK's keytool: each is its own authority, as PKCS#12
 * ({@code name.p12}) and as PEM ({@code name.crt}, {@code name.key}), in one folder.
 */
public final class TestCertificates {
  public static final String PASSWORD = "changeit-hunter2";

  private TestCertificates() {}

  /** Makes one for 127.0.0.1 and localhost; more options of keytool may be given. */
  public static void make(Path folder, String name, String... options) {
    Path store = folder.resolve(name + ".p12");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-keyalg",
                "EC",
                "-dname",
                "CN=" + name,
                "-ext",
                "SAN=IP:127.0.0.1,DNS:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD));
    command.addAll(List.of(options));
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(store);
      Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
      String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (keytool.waitFor() != 0) {
        throw new IllegalStateException(said);
      }
      KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
      write(folder.resolve(name + ".crt"), "CERTIFICATE", keys.getCertificate(name).getEncoded());
      write(
          folder.resolve(name + ".key"),
          "PRIVATE KEY",
          keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
    } catch (IOException | GeneralSecurityException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes the key once more, as {@code name.encrypted.key}. */
  public static void encryptKey(Path folder, String name, String password) {
    String algorithm = "PBEWithSHA1AndDESede";
    try {
      KeyStore keys =
          KeyStore.getInstance(folder.resolve(name + ".p12").toFile(), PASSWORD.toCharArray());
      Cipher cipher = Cipher.getInstance(algorithm);
      cipher.init(
          Cipher.ENCRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm)
              .generateSecret(new PBEKeySpec(password.toCharArray())));
      byte[] encrypted = cipher.doFinal(keys.getKey(name, PASSWORD.toCharArray()).getEncoded());
      write(
          folder.resolve(name + ".encrypted.key"),
          "ENCRYPTED PRIVATE KEY",
          new EncryptedPrivateKeyInfo(cipher.getParameters(), encrypted).getEncoded());
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Path file, String label, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
  }
}
