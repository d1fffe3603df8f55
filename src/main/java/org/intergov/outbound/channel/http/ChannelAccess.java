package org.intergov.outbound.channel.http;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.PfxOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.UUID;
import org.intergov.outbound.channel.OneAnswerEach;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.tls.TlsMaterial;

/**
 * How a channel is entered: over which TLS, and with what credentials. All endpoints of a channel
 * share it, so that they share its tokens.
 */
final class ChannelAccess {
  /** No credentials, and Java's own trust. */
  static final ChannelAccess OPEN = new ChannelAccess(null);

  private final TlsMaterial tls;
  private Credentials credentials;
  private HttpClient client;

  private ChannelAccess(TlsMaterial tls) {
    this.tls = tls;
  }

  /**
   * Reads the channel's files and prepares its credentials; nothing is sent yet.
   *
   * @param auth null: none
   * @param tls null: Java's own trust
   * @throws IllegalArgumentException if a file cannot be used any more
   */
  static ChannelAccess of(Vertx vertx, ParameterMap auth, ParameterMap tls) {
    if (auth == null && tls == null) {
      return OPEN;
    }
    ChannelAccess access = new ChannelAccess(tls == null ? null : read(tls));
    if (auth != null && auth.get("type").equals("oauth2")) {
      HttpClientOptions options =
          new HttpClientOptions().setMaxPoolSize(1).setConnectTimeout(5_000).setKeepAliveTimeout(4);
      access.client = access.client(vertx, options);
      TokenEndpoint endpoint = new TokenEndpoint(new SmallCall(vertx, access.client), auth);
      access.credentials = new AccessTokens(auth.channelId(), endpoint::ask, System::nanoTime);
    } else if (auth != null) {
      access.credentials = Credentials.fixed(auth);
    }
    return access;
  }

  private static TlsMaterial read(ParameterMap tls) {
    try {
      return TlsMaterial.read(tls.values());
    } catch (TlsMaterial.BadFileException e) {
      throw new IllegalArgumentException("channel " + tls.channelId() + ": tls: " + e.getMessage());
    }
  }

  /** What goes with each call; null: nothing. */
  Credentials credentials() {
    return credentials;
  }

  /** A client with this channel's TLS, and with what holds for every call of a channel. */
  HttpClient client(Vertx vertx, HttpClientOptions options) {
    return vertx
        .httpClientBuilder()
        .with(configure(options))
        .with(new PoolOptions().setHttp1MaxSize(options.getMaxPoolSize()))
        .withConnectHandler(OneAnswerEach::guard)
        .build();
  }

  private HttpClientOptions configure(HttpClientOptions options) {
    options
        .setDecompressionSupported(true)
        .setVerifyHost(true)
        .setTcpNoDelay(true)
        .setPipelining(false)
        .setMaxHeaderSize(16_384)
        .setMaxRedirects(0);
    if (tls != null) {
      String password = UUID.randomUUID().toString();
      tls.identity()
          .ifPresent(
              i ->
                  options.setKeyCertOptions(
                      store(
                          password,
                          store ->
                              store.setKeyEntry(
                                  "own",
                                  i.key(),
                                  password.toCharArray(),
                                  i.chain().toArray(Certificate[]::new)))));
      if (!tls.trusted().isEmpty()) {
        options.setTrustOptions(store(password, store -> addAll(store, tls.trusted())));
      }
    }
    return options;
  }

  private static void addAll(KeyStore store, Iterable<X509Certificate> certificates)
      throws GeneralSecurityException {
    int n = 0;
    for (X509Certificate c : certificates) {
      store.setCertificateEntry("trusted-" + n++, c);
    }
  }

  private interface Filling {
    void fill(KeyStore store) throws GeneralSecurityException;
  }

  /** Vert.x takes stores as bytes; these never leave the memory. */
  private static PfxOptions store(String password, Filling filling) {
    try {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(null, null);
      filling.fill(store);
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      store.store(bytes, password.toCharArray());
      return new PfxOptions().setValue(Buffer.buffer(bytes.toByteArray())).setPassword(password);
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalArgumentException("a key store cannot be made: " + Cause.of(e));
    }
  }

  void close() {
    if (client != null) {
      client.close();
    }
  }
}
