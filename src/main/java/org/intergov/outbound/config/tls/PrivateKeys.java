package org.intergov.outbound.config.tls;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.PSSParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.ECNamedCurveTable;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.openssl.PEMEncryptedKeyPair;
import org.bouncycastle.openssl.PEMKeyPair;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.jcajce.JcePEMDecryptorProviderBuilder;
import org.bouncycastle.operator.OperatorException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEInputDecryptorProviderBuilder;
import org.intergov.outbound.config.tls.TlsMaterial.BadFileException;

/**
 * Private keys as PEM, in every form that openssl writes: PKCS#8 (RFC 5958), PKCS#1 and SEC 1,
 * plain or encrypted. BouncyCastle opens them; TLS is Java's, so a key that Java cannot use is
 * refused by name.
 */
final class PrivateKeys {
  private static final String EXPECTED =
      "a PEM file with one private key; with key-password beside it if it is encrypted";

  private static final String USABLE =
      "an RSA key, an EC key on P-256, P-384 or P-521, or an Ed25519 or Ed448 key";

  private static final Map<ASN1ObjectIdentifier, String> ALGORITHMS =
      Map.of(
          PKCSObjectIdentifiers.rsaEncryption,
          "RSA",
          PKCSObjectIdentifiers.id_RSASSA_PSS,
          "RSASSA-PSS",
          X9ObjectIdentifiers.id_ecPublicKey,
          "EC",
          new ASN1ObjectIdentifier("1.3.101.112"),
          "Ed25519",
          new ASN1ObjectIdentifier("1.3.101.113"),
          "Ed448");

  /** Java reads keys on others, but cannot sign with them. */
  private static final Set<ASN1ObjectIdentifier> CURVES =
      Set.of(
          SECObjectIdentifiers.secp256r1,
          SECObjectIdentifiers.secp384r1,
          SECObjectIdentifiers.secp521r1);

  private PrivateKeys() {}

  /**
   * The first key of a file.
   *
   * @param password null: none
   */
  static PrivateKey read(String setting, byte[] file, String password) throws BadFileException {
    String text = new String(file, StandardCharsets.ISO_8859_1);
    // not what other programs write before it, nor a byte order mark
    int begin = Math.max(0, text.indexOf("-----BEGIN "));
    try (PEMParser pem = new PEMParser(new StringReader(text.substring(begin)))) {
      for (Object found = pem.readObject(); found != null; found = pem.readObject()) {
        Optional<PrivateKeyInfo> key = key(setting, found, password);
        if (key.isPresent()) {
          return forJava(setting, key.get().getEncoded());
        }
      }
    } catch (IOException | IllegalArgumentException | IllegalStateException e) {
      throw new BadFileException(setting, "a private key that cannot be read", EXPECTED);
    }
    throw new BadFileException(setting, "a file without a private key", EXPECTED);
  }

  private static Optional<PrivateKeyInfo> key(String setting, Object found, String password)
      throws BadFileException {
    if (found instanceof PrivateKeyInfo key) {
      return Optional.of(key);
    } else if (found instanceof PEMKeyPair pair) {
      return Optional.of(pair.getPrivateKeyInfo());
    } else if (found instanceof PKCS8EncryptedPrivateKeyInfo encrypted) {
      return Optional.of(
          decrypted(
              setting,
              password,
              secret ->
                  encrypted.decryptPrivateKeyInfo(
                      new JcePKCSPBEInputDecryptorProviderBuilder()
                          .setProvider(BouncyCastle.provider())
                          .build(secret))));
    } else if (found instanceof PEMEncryptedKeyPair encrypted) {
      return Optional.of(
          decrypted(
              setting,
              password,
              secret ->
                  encrypted
                      .decryptKeyPair(
                          new JcePEMDecryptorProviderBuilder()
                              .setProvider(BouncyCastle.provider())
                              .build(secret))
                      .getPrivateKeyInfo()));
    }
    return Optional.empty();
  }

  @FunctionalInterface
  private interface Decryption {
    PrivateKeyInfo with(char[] password) throws IOException, PKCSException, OperatorException;
  }

  private static PrivateKeyInfo decrypted(String setting, String password, Decryption decryption)
      throws BadFileException {
    if (password == null) {
      throw new BadFileException(setting, "an encrypted key", "key-password beside it");
    }
    for (String secret : spellings(password)) {
      try {
        return decryption.with(secret.toCharArray());
      } catch (IOException | PKCSException | OperatorException | RuntimeException e) {
        // not with this one
      }
    }
    throw new BadFileException(
        setting, "a key that does not open with key-password", "the key's own password");
  }

  /** The older forms take a password's bytes, which are those of UTF-8 where openssl wrote them. */
  private static Set<String> spellings(String password) {
    Set<String> spellings = new LinkedHashSet<>();
    spellings.add(password);
    spellings.add(
        new String(password.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    return spellings;
  }

  /** The key as Java's own, which its TLS needs. */
  static PrivateKey forJava(String setting, byte[] pkcs8) throws BadFileException {
    AlgorithmIdentifier id;
    try {
      id = PrivateKeyInfo.getInstance(pkcs8).getPrivateKeyAlgorithm();
    } catch (IllegalArgumentException e) {
      throw new BadFileException(setting, "a private key that cannot be read", EXPECTED);
    }
    try {
      return KeyFactory.getInstance(algorithm(setting, "a key", id))
          .generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException e) {
      throw new BadFileException(setting, "a key that Java cannot use", USABLE);
    }
  }

  /** Makes sure that what the key signs is what the certificate vouches for. */
  static void checkPair(String setting, PrivateKey key, X509Certificate certificate)
      throws BadFileException {
    SubjectPublicKeyInfo info =
        SubjectPublicKeyInfo.getInstance(certificate.getPublicKey().getEncoded());
    String what = "a certificate for a key";
    String algorithm = algorithm(setting, what, info.getAlgorithm());
    PublicKey certified;
    try {
      certified =
          KeyFactory.getInstance(algorithm)
              .generatePublic(new X509EncodedKeySpec(certificate.getPublicKey().getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new BadFileException(setting, what + " that Java cannot use", USABLE);
    }
    if (!belongTogether(algorithm, key, certified)) {
      throw new BadFileException(
          setting, "a key that does not belong to the certificate", "the certificate's own key");
    }
  }

  private static String algorithm(String setting, String what, AlgorithmIdentifier id)
      throws BadFileException {
    Optional<String> unusable = whyUnusable(id);
    if (unusable.isPresent()) {
      throw new BadFileException(setting, what + unusable.get(), USABLE);
    }
    return ALGORITHMS.get(id.getAlgorithm());
  }

  /** What is wrong with keys of this kind, to be put after {@code a key}; empty: nothing. */
  static Optional<String> whyUnusable(AlgorithmIdentifier id) {
    if (!ALGORITHMS.containsKey(id.getAlgorithm())) {
      return Optional.of(" of the algorithm " + id.getAlgorithm().getId());
    }
    if (!id.getAlgorithm().equals(X9ObjectIdentifiers.id_ecPublicKey)) {
      return Optional.empty();
    }
    if (!(id.getParameters() instanceof ASN1ObjectIdentifier curve)) {
      return Optional.of(" on a curve that is spelled out instead of named");
    }
    if (CURVES.contains(curve)) {
      return Optional.empty();
    }
    String name = ECNamedCurveTable.getName(curve);
    return Optional.of(
        " on the curve " + (name == null ? curve.getId() : name) + ", which Java lacks");
  }

  private static boolean belongTogether(String algorithm, PrivateKey key, PublicKey certified) {
    byte[] anything = {1, 2, 3};
    try {
      Signature signature = signature(algorithm);
      signature.initSign(key);
      signature.update(anything);
      byte[] signed = signature.sign();
      signature.initVerify(certified);
      signature.update(anything);
      return signature.verify(signed);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  private static Signature signature(String algorithm) throws GeneralSecurityException {
    return switch (algorithm) {
      case "RSA" -> Signature.getInstance("SHA256withRSA");
      case "EC" -> Signature.getInstance("SHA256withECDSA");
      case "RSASSA-PSS" -> {
        Signature pss = Signature.getInstance("RSASSA-PSS");
        pss.setParameter(new PSSParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, 32, 1));
        yield pss;
      }
      default -> Signature.getInstance(algorithm);
    };
  }
}
