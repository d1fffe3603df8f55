package org.intergov.outbound.config.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.cert.X509CertificateHolder;
import org.intergov.outbound.config.tls.TlsMaterial.BadFileException;

/** Certificates as PEM. */
final class PemFile {

  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (?<label>[A-Z0-9 ]+)-----\\s*(?<base64>[A-Za-z0-9+/=\\s]*?)-----END");

  private static final String CERTIFICATES =
      "a PEM file with -----BEGIN CERTIFICATE-----, one or several";

  private PemFile() {}

  /** At least one. */
  static List<X509Certificate> certificates(String setting, byte[] file) throws BadFileException {
    List<X509Certificate> certificates = new ArrayList<>();
    Matcher blocks = blocks(file);
    try {
      while (blocks.find()) {
        if (blocks.group("label").endsWith("CERTIFICATE")) {
          Certificate c =
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(bytes(blocks)));
          certificates.add((X509Certificate) c);
        }
      }
    } catch (CertificateException | IllegalArgumentException e) {
      throw new BadFileException(setting, whyUnreadable(blocks), CERTIFICATES);
    }
    if (certificates.isEmpty()) {
      throw new BadFileException(setting, "a file without a certificate", CERTIFICATES);
    }
    return certificates;
  }

  private static String whyUnreadable(Matcher block) {
    try {
      return PrivateKeys.whyUnusable(
              new X509CertificateHolder(bytes(block)).getSubjectPublicKeyInfo().getAlgorithm())
          .map(why -> "a certificate for a key" + why)
          .orElse("a certificate that cannot be read");
    } catch (IOException | IllegalArgumentException e) {
      return "a certificate that cannot be read";
    }
  }

  private static Matcher blocks(byte[] file) {
    return BLOCK.matcher(new String(file, StandardCharsets.ISO_8859_1));
  }

  private static byte[] bytes(Matcher block) {
    return Base64.getMimeDecoder().decode(block.group("base64"));
  }
}
