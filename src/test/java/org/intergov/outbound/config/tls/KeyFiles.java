package org.intergov.outbound.config.tls;

import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A key and its certificate in files, made without another process. */
public final class KeyFiles {
  public static final String PASSWORD = "changeit-hunter2";

  private KeyFiles() {}

  /** Makes {@code name.p12}, {@code name.crt} and {@code name.key}; valid from and until then. */
  public static void make(Path folder, String name, Duration from, Duration until) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair pair = generator.generateKeyPair();
      Instant now = Instant.now();
      X500Name own = new X500Name("CN=" + name);
      X509Certificate certificate =
          new JcaX509CertificateConverter()
              .getCertificate(
                  new JcaX509v3CertificateBuilder(
                          own,
                          BigInteger.ONE,
                          Date.from(now.plus(from)),
                          Date.from(now.plus(until)),
                          own,
                          pair.getPublic())
                      .build(
                          new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));
      Files.createDirectories(folder);
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      Certificate[] chain = {certificate};
      store.setKeyEntry(name, pair.getPrivate(), PASSWORD.toCharArray(), chain);
      try (OutputStream out = Files.newOutputStream(folder.resolve(name + ".p12"))) {
        store.store(out, PASSWORD.toCharArray());
      }
      write(folder.resolve(name + ".crt"), "CERTIFICATE", certificate.getEncoded());
      write(folder.resolve(name + ".key"), "PRIVATE KEY", pair.getPrivate().getEncoded());
    } catch (IOException | GeneralSecurityException | OperatorException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void write(Path file, String label, byte[] der) throws IOException {
    String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        file, "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
  }
}
