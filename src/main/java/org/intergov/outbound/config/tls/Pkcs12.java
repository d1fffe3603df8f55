package org.intergov.outbound.config.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * PKCS#12 files, read by Java, or by BouncyCastle where Java cannot: under a password beyond ASCII,
 * or with a key on a curve that Java lacks.
 */
public final class Pkcs12 {
  private Pkcs12() {}

  /**
   * Opens a file, and makes sure that its keys can be had under the same password.
   *
   * @param password null: empty
   * @throws IOException if it is no PKCS#12, or not under this password
   * @throws GeneralSecurityException if a key of it cannot be read
   */
  public static KeyStore open(byte[] file, String password)
      throws IOException, GeneralSecurityException {
    try {
      return opened(KeyStore.getInstance("PKCS12"), file, password);
    } catch (IOException | GeneralSecurityException java) {
      return opened(KeyStore.getInstance("PKCS12", BouncyCastle.provider()), file, password);
    }
  }

  private static KeyStore opened(KeyStore store, byte[] file, String password)
      throws IOException, GeneralSecurityException {
    store.load(new ByteArrayInputStream(file), chars(password));
    for (String alias : keys(store)) {
      if (store.getKey(alias, chars(password)) == null) {
        throw new GeneralSecurityException("no key under " + alias);
      }
    }
    return store;
  }

  /** The names of its private keys. */
  public static List<String> keys(KeyStore store) throws KeyStoreException {
    List<String> keys = new ArrayList<>();
    for (String alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        keys.add(alias);
      }
    }
    return keys;
  }

  static char[] chars(String password) {
    return password == null ? new char[0] : password.toCharArray();
  }
}
