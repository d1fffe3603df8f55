package org.intergov.outbound.channel.kafka;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.DefaultAsyncProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.Headers;

/**
 * Posts each exchange as one record: the body as value, the key as the endpoint says, two headers.
 * Where the record is becomes header {@code channelTxnId}; what was not acknowledged ends as a
 * {@link ChannelException}.
 */
final class ChannelKafkaProducer extends DefaultAsyncProducer {
  private static final String REFERENCE = "reference";
  private static final String IDEMPOTENCY_KEY = "idempotency-key";

  private final ChannelKafkaEndpoint endpoint;
  private KafkaPosts posts;

  ChannelKafkaProducer(ChannelKafkaEndpoint endpoint) {
    super(endpoint);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    posts =
        new KafkaPosts(
            endpoint.getClientId(),
            KafkaClientConfig.producer(
                endpoint.connection(), endpoint.getClientId(), endpoint.timeout()),
            endpoint.timeout());
    posts.warmUp(endpoint.topic());
  }

  @Override
  protected void doStop() throws Exception {
    if (posts != null) {
      posts.close();
      posts = null;
    }
    super.doStop();
  }

  @Override
  public boolean process(Exchange exchange, AsyncCallback callback) {
    KafkaPosts to = posts;
    Message message = exchange.getMessage();
    String value = message.getBody(String.class);
    String key = message.getHeader(endpoint.getKeyBy(), String.class);
    String reference = message.getHeader(Headers.REFERENCE, String.class);
    String idempotencyKey = message.getHeader(Headers.IDEMPOTENCY_KEY, String.class);
    if (to == null || value == null || key == null || reference == null || idempotencyKey == null) {
      exchange.setException(
          new ChannelException.Unavailable(
              to == null
                  ? "not sent: the channel is stopped"
                  : "not sent: the route lost the body, the key or a header"));
      callback.done(true);
      return true;
    }
    List<Header> headers =
        List.of(
            new RecordHeader(REFERENCE, utf8(reference)),
            new RecordHeader(IDEMPOTENCY_KEY, utf8(idempotencyKey)));
    to.post(
        new ProducerRecord<>(endpoint.topic(), null, utf8(key), utf8(value), headers),
        new KafkaPosts.Answer() {
          @Override
          public void posted(RecordMetadata where) {
            message.setHeader(Headers.CHANNEL_TXN_ID, id(where));
            callback.done(false);
          }

          @Override
          public void failed(ChannelException why) {
            exchange.setException(why);
            callback.done(false);
          }
        });
    return false;
  }

  /** A broker that has the record already, from an attempt of before, need not know its offset. */
  private static String id(RecordMetadata where) {
    String offset = where.hasOffset() ? String.valueOf(where.offset()) : "unknown";
    return where.topic() + "-" + where.partition() + "-" + offset;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
