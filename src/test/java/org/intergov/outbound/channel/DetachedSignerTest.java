package org.intergov.outbound.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.Base64;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DetachedSignerTest {
  @ParameterizedTest
  @CsvSource({"pbes2.p12, ec.crt", "legacy.p12, ec.crt", "secp256k1.p12, secp256k1.crt"})
  void what_it_signs_the_certificate_vouches_for(String keyStore, String certificate)
      throws Exception {
    DetachedSigner signer = new DetachedSigner();
    signer.setKeyStore(Path.of(getClass().getResource("/keys/" + keyStore).toURI()).toString());
    signer.setPassword("påss wörd");
    signer.setAlgorithm("SHA256withECDSA");
    signer.load();

    BouncyCastleProvider provider = new BouncyCastleProvider();
    Signature verifier = Signature.getInstance("SHA256withECDSA", provider);
    try (InputStream in = getClass().getResourceAsStream("/keys/" + certificate)) {
      Certificate certified =
          CertificateFactory.getInstance("X.509", provider).generateCertificate(in);
      verifier.initVerify(certified.getPublicKey());
    }
    verifier.update("Grüße".getBytes(StandardCharsets.UTF_8));
    assertThat(verifier.verify(Base64.getDecoder().decode(signer.sign("Grüße")))).isTrue();
  }
}
