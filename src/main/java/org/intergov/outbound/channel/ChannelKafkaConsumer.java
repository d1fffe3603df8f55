package org.intergov.outbound.channel;

import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/**
 * Hands the records of a topic to its route, a {@link KafkaBatch} at a time, on a thread of its
 * own. Suspended, it has left the group.
 */
final class ChannelKafkaConsumer extends DefaultConsumer implements Suspendable {
  private final ChannelKafkaEndpoint endpoint;
  private KafkaReading reading;

  ChannelKafkaConsumer(ChannelKafkaEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    read();
  }

  private void read() {
    reading =
        new KafkaReading(
            endpoint.topic(),
            endpoint.group(),
            KafkaClientConfig.consumer(
                endpoint.connection(), endpoint.getClientId(), endpoint.group()),
            this::handOver);
    reading.start();
  }

  private void handOver(KafkaBatch batch) throws Exception {
    Exchange exchange = createExchange(false);
    try {
      exchange.getMessage().setBody(batch);
      getProcessor().process(exchange);
      if (exchange.getException() != null) {
        throw exchange.getException();
      }
    } finally {
      releaseExchange(exchange, false);
    }
  }

  private void leave() throws InterruptedException {
    if (reading != null) {
      reading.stop(TimeUnit.SECONDS.toMillis(10));
      reading = null;
    }
  }

  @Override
  protected void doStop() throws Exception {
    leave();
    super.doStop();
  }

  @Override
  protected void doSuspend() throws Exception {
    leave();
  }

  @Override
  protected void doResume() {
    read();
  }
}
