package org.intergov.outbound.routing;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.KeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.intergov.outbound.routing.TlsMaterial.BadFileException;

/** Certificates and private keys as PEM. */
final class PemFile {

  private static final Pattern BLOCK =
      Pattern.compile(
          "-----BEGIN (?<label>[A-Z0-9 ]+)-----\\s*(?<base64>[A-Za-z0-9+/=\\s]*?)-----END");

  private static final String CERTIFICATES =
      "a PEM file with -----BEGIN CERTIFICATE-----, one or several";

  private static final String KEY =
      "a PEM file with a PKCS#8 key: -----BEGIN PRIVATE KEY----- or -----BEGIN ENCRYPTED PRIVATE"
          + " KEY----- and key-password (openssl pkcs8 -topk8 makes one)";

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
      throw new BadFileException(setting, "a certificate that cannot be read", CERTIFICATES);
    }
    if (certificates.isEmpty()) {
      throw new BadFileException(setting, "a file without a certificate", CERTIFICATES);
    }
    return certificates;
  }

  /** The file's one key. */
  static PrivateKey privateKey(String setting, byte[] file, String password)
      throws BadFileException {
    Matcher blocks = blocks(file);
    while (blocks.find()) {
      String label = blocks.group("label");
      if (label.endsWith("PRIVATE KEY")) {
        return switch (label) {
          case "PRIVATE KEY" -> key(setting, new PKCS8EncodedKeySpec(bytes(blocks)));
          case "ENCRYPTED PRIVATE KEY" -> key(setting, decrypt(setting, bytes(blocks), password));
          default -> throw new BadFileException(setting, "a key of the form " + label, KEY);
        };
      }
    }
    throw new BadFileException(setting, "a file without a private key", KEY);
  }

  private static Matcher blocks(byte[] file) {
    return BLOCK.matcher(new String(file, StandardCharsets.ISO_8859_1));
  }

  private static byte[] bytes(Matcher block) {
    return Base64.getMimeDecoder().decode(block.group("base64"));
  }

  private static KeySpec decrypt(String setting, byte[] der, String password)
      throws BadFileException {
    if (password == null) {
      throw new BadFileException(setting, "an encrypted key", "key-password beside it");
    }
    try {
      EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
      AlgorithmParameters parameters = info.getAlgParameters();
      // the name of PBES2 does not tell the cipher, its parameters do
      String algorithm =
          info.getAlgName().equals("PBES2") ? parameters.toString() : info.getAlgName();
      Cipher cipher = Cipher.getInstance(algorithm);
      PBEKeySpec secret = new PBEKeySpec(password.toCharArray());
      cipher.init(
          Cipher.DECRYPT_MODE,
          SecretKeyFactory.getInstance(algorithm).generateSecret(secret),
          parameters);
      return info.getKeySpec(cipher);
    } catch (IOException | GeneralSecurityException e) {
      throw new BadFileException(
          setting, "a key that does not open with key-password", "the key's own password");
    }
  }

  private static PrivateKey key(String setting, KeySpec spec) throws BadFileException {
    for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
      try {
        return KeyFactory.getInstance(algorithm).generatePrivate(spec);
      } catch (GeneralSecurityException e) {
        // not of this algorithm
      }
    }
    throw new BadFileException(setting, "a key that is neither RSA nor EC nor EdDSA", KEY);
  }

  /** Whether what the key signs is what the certificate vouches for. */
  static boolean belongTogether(PrivateKey key, X509Certificate certificate) {
    byte[] anything = {1, 2, 3};
    Optional<String> algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> Optional.of("SHA256withRSA");
          case "EC" -> Optional.of("SHA256withECDSA");
          case "EdDSA", "Ed25519", "Ed448" -> Optional.of("EdDSA");
          default -> Optional.empty();
        };
    try {
      Signature signature = Signature.getInstance(algorithm.orElseThrow());
      signature.initSign(key);
      signature.update(anything);
      byte[] signed = signature.sign();
      signature.initVerify(certificate.getPublicKey());
      signature.update(anything);
      return signature.verify(signed);
    } catch (GeneralSecurityException | java.util.NoSuchElementException e) {
      return false;
    }
  }
}
