package org.intergov.outbound.channel.sqs;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import software.amazon.awssdk.http.ContentStreamProvider;
import software.amazon.awssdk.http.ExecutableHttpRequest;
import software.amazon.awssdk.http.HttpExecuteRequest;
import software.amazon.awssdk.http.SdkHttpClient;

/**
 * Knows of the newest call of each thread whether its request began to go out: that is when its
 * body is read, on a connection that stands, TLS included. Until then nothing was sent, however the
 * call has failed: no credentials, no region, no address, no connection, no handshake. The AWS SDK
 * makes a call on the thread that asks for it. Thread-safe.
 */
final class WatchedHttpClient implements SdkHttpClient {
  private final SdkHttpClient client;
  private final ThreadLocal<Boolean> begun = ThreadLocal.withInitial(() -> false);

  WatchedHttpClient(SdkHttpClient client) {
    this.client = client;
  }

  /** A call begins on this thread. */
  void newCall() {
    begun.set(false);
  }

  /** Whether anything of this thread's call may have been sent. */
  boolean hasBegun() {
    return begun.get();
  }

  @Override
  public ExecutableHttpRequest prepareRequest(HttpExecuteRequest request) {
    return client.prepareRequest(
        HttpExecuteRequest.builder()
            .request(request.httpRequest())
            .contentStreamProvider(request.contentStreamProvider().map(this::watched).orElse(null))
            .build());
  }

  private ContentStreamProvider watched(ContentStreamProvider body) {
    return () -> new Watched(body.newStream());
  }

  private final class Watched extends FilterInputStream {
    Watched(InputStream body) {
      super(body);
    }

    @Override
    public int read() throws IOException {
      begun.set(true);
      return super.read();
    }

    @Override
    public int read(byte[] into, int from, int most) throws IOException {
      begun.set(true);
      return super.read(into, from, most);
    }
  }

  @Override
  public String clientName() {
    return client.clientName();
  }

  @Override
  public void close() {
    client.close();
  }
}
