package org.intergov.outbound.config.tls;

import java.security.Provider;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/** What reads and signs with keys that Java cannot; made when the first one comes. */
public final class BouncyCastle {
  private BouncyCastle() {}

  private static final class Holder {
    private static final Provider PROVIDER = new BouncyCastleProvider();
  }

  /** For calls that name it; it is not among the providers that Java goes through by itself. */
  public static Provider provider() {
    return Holder.PROVIDER;
  }
}
