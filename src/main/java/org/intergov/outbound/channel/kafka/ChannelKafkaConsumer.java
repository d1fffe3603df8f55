package org.intergov.outbound.channel.kafka;

import java.util.concurrent.TimeUnit;
import org.apache.camel.Processor;
import org.intergov.outbound.channel.BatchConsumer;

/**
 * Hands the records of a topic to its route, a {@link KafkaBatch} at a time, on a thread of its
 * own. Suspended, it has left the group.
 */
final class ChannelKafkaConsumer extends BatchConsumer<KafkaBatch> {
  private final ChannelKafkaEndpoint endpoint;
  private KafkaReading reading;

  ChannelKafkaConsumer(ChannelKafkaEndpoint endpoint, Processor processor) {
    super(endpoint, processor);
    this.endpoint = endpoint;
  }

  @Override
  protected void read() {
    reading =
        new KafkaReading(
            endpoint.topic(),
            endpoint.group(),
            KafkaClientConfig.consumer(
                endpoint.connection(), endpoint.getClientId(), endpoint.group()),
            this::handOver);
    reading.start();
  }

  @Override
  protected void leave() throws InterruptedException {
    if (reading != null) {
      reading.stop();
      reading.await(TimeUnit.SECONDS.toMillis(10));
      reading = null;
    }
  }
}
