package org.intergov.outbound.channel;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Signature;
import java.util.Base64;

/**
 * A bean for routes of operators: makes detached signatures with a private key of a PKCS#12 file.
 * Set its properties, call {@link #load} once, then {@link #sign} from any thread.
 */
public final class DetachedSigner {
  private String keyStore;
  private String password = "";
  private String alias = "gateway";
  private String algorithm = "SHA256withRSA";
  private volatile PrivateKey key;

  /** The PKCS#12 file. */
  public void setKeyStore(String file) {
    this.keyStore = file;
  }

  /** Of the file and of the key in it. */
  public void setPassword(String password) {
    this.password = password;
  }

  /** The key's name in the file. */
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
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(Path.of(keyStore))) {
      store.load(in, password.toCharArray());
    }
    Key found = store.getKey(alias, password.toCharArray());
    if (!(found instanceof PrivateKey own)) {
      throw new GeneralSecurityException(keyStore + " has no private key named " + alias);
    }
    Signature.getInstance(algorithm).initSign(own);
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
    Signature signature = Signature.getInstance(algorithm);
    signature.initSign(own);
    signature.update(text.getBytes(StandardCharsets.UTF_8));
    return Base64.getEncoder().encodeToString(signature.sign());
  }
}
