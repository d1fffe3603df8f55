package org.intergov.outbound.api.door;

import io.vertx.core.http.HttpServer;
import io.vertx.core.net.KeyStoreOptions;
import io.vertx.core.net.SSLOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.vertx.VertxPlatformHttpRouter;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.KeyStoreParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.file.FileStamp;
import org.intergov.outbound.config.tls.TlsMaterial;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificate that API and management show, from two PEM files. They are read again when one of
 * them has changed, and serve new connections from then on; files that cannot be used change
 * nothing and are said in the log. For one thread.
 */
public final class ServerTls {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
  private static final String ALIAS = "gateway";

  /** Of a key store that is never written anywhere. */
  private static final char[] PASSWORD = "in-memory".toCharArray();

  private final Path certificate;
  private final Path key;
  private KeyStore store;
  private List<Optional<FileStamp>> seen;

  private ServerTls(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
  }

  /**
   * Reads the two files.
   *
   * @param faults told what cannot be used, and why
   */
  public static ServerTls ofFiles(Path certificate, Path key, Consumer<String> faults) {
    SecretFile.warnIfOpen(key);
    ServerTls tls = new ServerTls(certificate, key);
    tls.seen = tls.state();
    try {
      tls.store = tls.read();
    } catch (IOException e) {
      faults.accept(e.getMessage());
    }
    return tls;
  }

  private KeyStore read() throws IOException {
    try {
      TlsMaterial.Identity identity =
          TlsMaterial.read(Map.of("certificate", certificate.toString(), "key", key.toString()))
              .identity()
              .orElseThrow();
      identity.chain().get(0).checkValidity();
      KeyStore made = KeyStore.getInstance("PKCS12");
      made.load(null, null);
      made.setKeyEntry(
          ALIAS, identity.key(), PASSWORD, identity.chain().toArray(Certificate[]::new));
      return made;
    } catch (TlsMaterial.BadFileException e) {
      throw new IOException(
          "TLS with %s and %s: found %s, expected %s"
              .formatted(certificate, key, e.getMessage(), e.expected()));
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS with %s: %s".formatted(certificate, Cause.of(e)));
    }
  }

  /** For Camel's HTTP servers. */
  public void install(CamelContext camel) {
    KeyStoreParameters keyStore =
        new KeyStoreParameters() {
          @Override
          public KeyStore createKeyStore() {
            return store;
          }
        };
    KeyManagersParameters keys = new KeyManagersParameters();
    keys.setKeyStore(keyStore);
    keys.setKeyPassword(new String(PASSWORD));
    SSLContextParameters parameters = new SSLContextParameters();
    parameters.setKeyManagers(keys);
    camel.setSSLContextParameters(parameters);
  }

  /**
   * Reads the files again if one has changed; to be called every now and then.
   *
   * @param ports of the servers that show the certificate
   */
  public void refresh(CamelContext camel, int... ports) {
    List<Optional<FileStamp>> now = state();
    if (now.equals(seen)) {
      return;
    }
    seen = now;
    try {
      store = read();
      byte[] bytes = bytes();
      for (int port : ports) {
        server(camel, port).updateSSLOptions(options(bytes)).toCompletionStage();
      }
      X509Certificate shown = (X509Certificate) store.getCertificate(ALIAS);
      LOG.info("{}: read again, valid until {}", certificate, shown.getNotAfter().toInstant());
    } catch (IOException | GeneralSecurityException e) {
      LOG.error(
          "{} cannot be used; the certificate read before stays in use: {}",
          certificate,
          e.getMessage());
    }
  }

  private static HttpServer server(CamelContext camel, int port) {
    return VertxPlatformHttpRouter.lookup(
            camel, VertxPlatformHttpRouter.getRouterNameFromPort(port))
        .getServer()
        .getServer();
  }

  private byte[] bytes() throws IOException, GeneralSecurityException {
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    store.store(out, PASSWORD);
    return out.toByteArray();
  }

  private static SSLOptions options(byte[] pkcs12) {
    return new SSLOptions()
        .setKeyCertOptions(
            new KeyStoreOptions()
                .setType("PKCS12")
                .setPassword(new String(PASSWORD))
                .setValue(io.vertx.core.buffer.Buffer.buffer(pkcs12)));
  }

  private List<Optional<FileStamp>> state() {
    return List.of(FileStamp.of(certificate), FileStamp.of(key));
  }
}
