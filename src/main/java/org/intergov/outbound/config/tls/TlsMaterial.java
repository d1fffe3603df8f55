package org.intergov.outbound.config.tls;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intergov.outbound.config.Cause;

/**
 * What a channel's {@code tls} names, read from its files: who we are, and whom we trust. A value;
 * printed, it tells no secret.
 */
public final class TlsMaterial {

  /** Keys of {@code tls} whose values are files. */
  public static final List<String> FILES =
      List.of("ca", "certificate", "key", "keystore", "truststore");

  private final Identity identity;
  private final List<X509Certificate> trusted;

  private TlsMaterial(Identity identity, List<X509Certificate> trusted) {
    this.identity = identity;
    this.trusted = List.copyOf(trusted);
  }

  /** A private key and its certificate, followed by those that issued it. */
  public record Identity(PrivateKey key, List<X509Certificate> chain) {
    @Override
    public String toString() {
      return chain.get(0).getSubjectX500Principal().getName();
    }
  }

  /** A file that cannot be used. */
  public static final class BadFileException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String setting;
    private final String expected;

    BadFileException(String setting, String found, String expected) {
      super(found, null, false, false);
      this.setting = setting;
      this.expected = expected;
    }

    /** The key of {@code tls} that is to blame. */
    public String setting() {
      return setting;
    }

    /** What would do. */
    public String expected() {
      return expected;
    }
  }

  /**
   * Reads the files.
   *
   * @param tls {@code ca}, {@code certificate}, {@code key}, {@code key-password}, {@code
   *     keystore}, {@code keystore-password}, {@code truststore}, {@code truststore-password}
   * @throws BadFileException naming the first that cannot be used, and why
   */
  public static TlsMaterial read(Map<String, String> tls) throws BadFileException {
    return new TlsMaterial(identityOf(tls), trustOf(tls));
  }

  /** Who we are; empty: nobody in particular. */
  public Optional<Identity> identity() {
    return Optional.ofNullable(identity);
  }

  /** Whose certificates we accept; empty: those that Java trusts. */
  public List<X509Certificate> trusted() {
    return trusted;
  }

  private static Identity identityOf(Map<String, String> tls) throws BadFileException {
    Identity identity = null;
    String blame = "key";
    if (tls.containsKey("certificate")) {
      List<X509Certificate> chain =
          PemFile.certificates("certificate", bytes("certificate", tls.get("certificate")));
      byte[] pem = bytes("key", tls.get("key"));
      identity = new Identity(PrivateKeys.read("key", pem, tls.get("key-password")), chain);
    } else if (tls.containsKey("keystore")) {
      blame = "keystore";
      identity = fromKeystore(tls.get("keystore"), tls.get("keystore-password"));
    }
    if (identity != null) {
      PrivateKeys.checkPair(blame, identity.key(), identity.chain().get(0));
    }
    return identity;
  }

  private static Identity fromKeystore(String file, String password) throws BadFileException {
    KeyStore store = open("keystore", file, password);
    try {
      List<String> keys = Pkcs12.keys(store);
      if (keys.size() != 1) {
        throw new BadFileException(
            "keystore", keys.size() + " private keys", "a PKCS#12 file with one private key");
      }
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate c : store.getCertificateChain(keys.get(0))) {
        chain.add((X509Certificate) c);
      }
      PrivateKey key = (PrivateKey) store.getKey(keys.get(0), Pkcs12.chars(password));
      return new Identity(PrivateKeys.forJava("keystore", key.getEncoded()), chain);
    } catch (GeneralSecurityException | ClassCastException | NullPointerException e) {
      throw new BadFileException(
          "keystore",
          "a private key that cannot be read",
          "a PKCS#12 file with one private key and its certificate, both under keystore-password");
    }
  }

  private static List<X509Certificate> trustOf(Map<String, String> tls) throws BadFileException {
    if (tls.containsKey("ca")) {
      return PemFile.certificates("ca", bytes("ca", tls.get("ca")));
    } else if (!tls.containsKey("truststore")) {
      return List.of();
    }
    KeyStore store = open("truststore", tls.get("truststore"), tls.get("truststore-password"));
    List<X509Certificate> trusted = new ArrayList<>();
    try {
      for (String alias : Collections.list(store.aliases())) {
        if (store.getCertificate(alias) instanceof X509Certificate c) {
          trusted.add(c);
        }
      }
    } catch (GeneralSecurityException e) {
      trusted.clear();
    }
    if (trusted.isEmpty()) {
      throw new BadFileException(
          "truststore", "no certificate", "a PKCS#12 file with the certificates to be trusted");
    }
    return trusted;
  }

  private static KeyStore open(String setting, String file, String password)
      throws BadFileException {
    try {
      return Pkcs12.open(bytes(setting, file), password);
    } catch (IOException | GeneralSecurityException e) {
      throw new BadFileException(
          setting,
          "a file that is not PKCS#12 or does not open with this password",
          "a PKCS#12 file and its password in " + setting + "-password");
    }
  }

  private static byte[] bytes(String setting, String file) throws BadFileException {
    String expected = "a file of at most 1 MB that can be read";
    Path path = Path.of(file);
    if (!Files.exists(path)) {
      throw new BadFileException(setting, "no such file", expected);
    } else if (Files.isDirectory(path)) {
      throw new BadFileException(setting, "a directory", expected);
    }
    try (InputStream in = Files.newInputStream(path)) {
      byte[] bytes = in.readNBytes((1 << 20) + 1);
      if (bytes.length <= 1 << 20) {
        return bytes;
      }
      throw new BadFileException(setting, "more than 1 MB", expected);
    } catch (IOException e) {
      throw new BadFileException(
          setting, "a file that cannot be read (" + Cause.of(e) + ")", expected);
    }
  }

  @Override
  public String toString() {
    return "TLS as " + identity + ", trusting " + (trusted.isEmpty() ? "Java's" : trusted.size());
  }
}
