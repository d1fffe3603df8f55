package org.intergov.outbound.channel;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncProducer;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.support.DefaultExchange;
import org.intergov.outbound.channel.http.ChannelApi;
import org.intergov.outbound.channel.http.ChannelHttpComponent;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.routing.Channel;

/** Channels of the kinds that ship, with their routes as the gateway makes them, and no gateway. */
public final class KindRoutes implements AutoCloseable {
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final Vertx vertx = Vertx.vertx();
  private final List<RawReceipt> receipts = new ArrayList<>();
  private final AtomicInteger made = new AtomicInteger();
  private final Map<String, KindDescription> kinds;
  private final ChannelRoutes routes;

  public KindRoutes() throws Exception {
    camel.disableJMX();
    camel.addComponent("channel-http", new ChannelHttpComponent(vertx));
    camel.getRegistry().bind("channelApi", new ChannelApi());
    camel
        .getRegistry()
        .bind(
            "receipts",
            (ReceiptTaker)
                (channelId, some) -> {
                  synchronized (receipts) {
                    receipts.addAll(some);
                  }
                });
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    camel.start();
    kinds = ChannelKinds.load(camel);
    routes = new ChannelRoutes(camel, kinds);
  }

  public DefaultCamelContext camel() {
    return camel;
  }

  /** What has been told through all channels. */
  public List<RawReceipt> receipts() {
    synchronized (receipts) {
      return List.copyOf(receipts);
    }
  }

  /**
   * Makes the routes of a channel of its own.
   *
   * @param entry what follows its id in channels.yaml, as one flow mapping without braces
   * @return where it is posted to; stopping it removes nothing
   */
  public AsyncProducer post(String entry) {
    String id = "c" + made.incrementAndGet();
    try {
      routes.add(channel(id, entry));
      AsyncProducer producer = routes.use(id).endpoint("post").createAsyncProducer();
      producer.start();
      return producer;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Channel channel(String id, String entry) throws Exception {
    Path file = Files.createTempFile("channels", ".yaml");
    try {
      Files.writeString(
          file, "channels:\n  - { id: %s, match: { receiver: GB }, %s }\n".formatted(id, entry));
      return ChannelsFile.load(file, name -> null, "AU", kinds).table().channels().get(0);
    } finally {
      Files.delete(file);
    }
  }

  /** A message as the gateway hands it over, with a header that no route may get. */
  public Exchange message(String body, String reference, String subject) {
    Exchange exchange = new DefaultExchange(camel);
    exchange.getMessage().setBody(body);
    exchange
        .getMessage()
        .setHeaders(
            new HashMap<>(
                Map.of(
                    Headers.REFERENCE,
                    reference,
                    Headers.IDEMPOTENCY_KEY,
                    reference,
                    Headers.SUBJECT,
                    subject,
                    Headers.RECEIVER,
                    "GB",
                    "CamelAwsSqsOperation",
                    "deleteQueue")));
    return exchange;
  }

  @Override
  public void close() {
    routes.close();
    try {
      camel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
