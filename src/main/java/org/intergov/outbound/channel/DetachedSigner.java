package org.intergov.outbound.channel;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Signature;
import java.util.Base64;
import java.util.List;
import org.intergov.outbound.config.tls.BouncyCastle;
import org.intergov.outbound.config.tls.Pkcs12;

/**
 * A bean for routes of operators: makes detached signatures with a private key of a PKCS#12 file.
 * Set its properties, call {@link #load} once, then {@link #sign} from any thread.
 */
public final class DetachedSigner {
  private String keyStore;
  private String password = "";
  private String alias;
  private String algorithm = "SHA256withRSA";

  /** For a key or an algorithm that Java lacks; null: Java's own. */
  private volatile Provider other;

  private volatile PrivateKey key;

  /** The PKCS#12 file. */
  public void setKeyStore(String file) {
    this.keyStore = file;
  }

  /** Of the file and of the key in it. */
  public void setPassword(String password) {
    this.password = password;
  }

  /** The key's name in the file; not needed where it has one key. */
  public void setAlias(String alias) {
    this.alias = alias;
  }

  /** As Java names it, such as {@code SHA256withRSA} or {@code Ed25519}. */
  public void setAlgorithm(String algorithm) {
    this.algorithm = algorithm;
  }

  /**
   * Reads the key.
   *
   * @throws IOException if the file cannot be read, or the password is not the file's
   * @throws GeneralSecurityException if it has no such key, or not one for the algorithm
   */
  public void load() throws IOException, GeneralSecurityException {
    if (keyStore == null) {
      throw new IllegalArgumentException("keyStore is not set");
    }
    KeyStore store = Pkcs12.open(Files.readAllBytes(Path.of(keyStore)), password);
    List<String> keys =
        Pkcs12.keys(store).stream()
            .filter(name -> alias == null || alias.equalsIgnoreCase(name))
            .toList();
    if (keys.size() != 1) {
      throw new GeneralSecurityException(
          alias == null
              ? keyStore + " has " + keys.size() + " private keys, and alias is not set"
              : keyStore + " has no private key named " + alias);
    }
    PrivateKey own = (PrivateKey) store.getKey(keys.get(0), password.toCharArray());
    other = otherThanJava(own);
    key = own;
  }

  /**
   * Signs the UTF-8 bytes of a text.
   *
   * @return the signature in Base64, in one line
   * @throws GeneralSecurityException if it cannot be made
   */
  public String sign(String text) throws GeneralSecurityException {
    PrivateKey own = key;
    if (own == null) {
      throw new IllegalStateException("no key is loaded; the bean needs initMethod: load");
    }
    Signature signature = signature(own, other);
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder().encodeToString(signature.sign());
  }

  /** Some curves Java reads, and fails only when it is to sign; so it signs once here. */
  private Provider otherThanJava(PrivateKey own) throws GeneralSecurityException {
    try {
      signature(own, null).sign();
      return null;
    } catch (GeneralSecurityException e) {
      signature(own, BouncyCastle.provider()).sign();
      return BouncyCastle.provider();
    }
  }

  private Signature signature(PrivateKey own, Provider by) throws GeneralSecurityException {
    Signature signature =
        by == null ? Signature.getInstance(algorithm) : Signature.getInstance(algorithm, by);
    signature.initSign(own);
    return signature;
  }
}
