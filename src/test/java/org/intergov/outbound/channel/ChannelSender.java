package org.intergov.outbound.channel;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.camel.AsyncProducer;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.service.ServiceHelper;

/**
 * Hands an exchange to a route, without waiting for its end. The exchange starts with the headers
 * given and no others. Thread-safe.
 */
public final class ChannelSender {
  /** Property that the recipient list reads: the channel's endpoint. */
  static final String ENDPOINTS = "channelEndpoints";

  private final CamelContext camel;
  private final String route;
  private volatile AsyncProducer producer;

  /**
   * @param route the endpoint the recipient list listens on
   */
  public ChannelSender(CamelContext camel, String route) {
    this.camel = camel;
    this.route = route;
  }

  /**
   * @param to where the channel's route listens: looked up once, not for each exchange
   * @param done called once, on whatever thread the channel's answer comes on; must not block
   */
  public void send(Endpoint to, Object body, Map<String, Object> headers, Consumer<Exchange> done) {
    Exchange exchange = new DefaultExchange(camel);
    exchange.setProperty(ENDPOINTS, List.of(to));
    exchange.getMessage().setBody(body);
    exchange.getMessage().setHeaders(new java.util.HashMap<>(headers));
    AtomicBoolean ended = new AtomicBoolean();
    Runnable end =
        () -> {
          if (ended.compareAndSet(false, true)) {
            done.accept(exchange);
          }
        };
    try {
      producer().process(exchange, doneSync -> end.run());
    } catch (Exception e) {
      exchange.setException(e);
      end.run();
    }
  }

  private AsyncProducer producer() throws Exception {
    AsyncProducer made = producer;
    if (made == null) {
      synchronized (this) {
        if (producer == null) {
          AsyncProducer fresh = camel.getEndpoint(route).createAsyncProducer();
          ServiceHelper.startService(fresh);
          producer = fresh;
        }
        made = producer;
      }
    }
    return made;
  }
}
