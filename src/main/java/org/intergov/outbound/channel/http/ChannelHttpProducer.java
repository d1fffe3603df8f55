package org.intergov.outbound.channel.http;

import io.vertx.core.http.RequestOptions;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultAsyncProducer;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.kind.HttpAddress;

/**
 * Makes the call without holding a thread. The answer's status is in header {@code httpStatus}, its
 * body is text; what did not come to an answer ends as a {@link ChannelException}.
 */
final class ChannelHttpProducer extends DefaultAsyncProducer {
  private static final String TXN_ID = "%7BchannelTxnId%7D";
  private final ChannelHttpEndpoint endpoint;
  private final HttpAddress address;

  ChannelHttpProducer(ChannelHttpEndpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
    this.address = endpoint.address();
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    try {
      new ChannelHttpCall(endpoint, exchange, callback, request(exchange)).start();
      return false;
    } catch (RuntimeException e) {
      exchange.setException(
          new ChannelException.Unavailable("the request cannot be built: " + Cause.of(e)));
      callback.done(true);
      return true;
    } catch (ChannelException e) {
      exchange.setException(e);
      callback.done(true);
      return true;
    }
  }

  private RequestOptions request(Exchange exchange) throws ChannelException {
    String target =
        address.path().contains(TXN_ID)
            ? address.path().replace(TXN_ID, txnId(exchange))
            : address.path();
    String query =
        endpoint.isPaged()
            ? exchange.getMessage().getHeader(Headers.PAGE, String.class)
            : endpoint.getQuery();
    RequestOptions options =
        new RequestOptions()
            .setMethod(endpoint.httpMethod())
            .setHost(address.host())
            .setPort(address.port())
            .setSsl(address.tls())
            .setURI(query == null ? target : target + "?" + query)
            .putHeader("Accept", "application/json")
            .putHeader("User-Agent", endpoint.getUserAgent());
    if (endpoint.getKeyHeader() != null) {
      String key = exchange.getMessage().getHeader(Headers.IDEMPOTENCY_KEY, String.class);
      if (key == null) {
        throw new ChannelException.Unavailable("not sent: the route lost the idempotency key");
      }
      options.putHeader(endpoint.getKeyHeader(), key);
    }
    return options;
  }

  private static String txnId(Exchange exchange) throws ChannelException {
    String id = exchange.getMessage().getHeader(Headers.CHANNEL_TXN_ID, String.class);
    if (id == null || id.isEmpty() || id.equals(".") || id.equals("..")) {
      throw new ChannelException.Refused("the id that the channel gave cannot be asked about");
    }
    return URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
