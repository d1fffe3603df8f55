package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.message.Sha256;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;
import software.amazon.awssdk.services.sqs.model.QueueDoesNotExistException;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/**
 * One queue, in batches of ten: what SQS takes at once. Calls are made when they are needed, so a
 * server that is away at the start is merely away. Thread-safe; calls block.
 */
final class SqsQueue implements AutoCloseable {
  /** What SQS takes at once. */
  static final int MOST_AT_ONCE = 10;

  /** Bytes of all messages of a batch, with room for what SQS counts besides. */
  static final int MOST_BYTES = 250_000;

  /** Longest group and deduplication ids. */
  private static final int MOST_ID = 128;

  private final SqsConnection connection;
  private final Duration timeout;
  private final int connections;
  private WatchedHttpClient http;
  private SqsClient client;
  private String url;
  private boolean closed;

  /**
   * @param timeout of each call
   * @param connections at most
   */
  SqsQueue(SqsConnection connection, Duration timeout, int connections) {
    this.connection = connection;
    this.timeout = timeout;
    this.connections = connections;
  }

  /**
   * A message to be sent.
   *
   * @param attributes of the message, at most ten, none empty
   * @param group for a FIFO queue: what shares it stays in order
   * @param key for a FIFO queue: what shares it is one message
   */
  record Outgoing(String body, Map<String, String> attributes, String group, String key) {
    Outgoing withBody(String other) {
      return new Outgoing(other, attributes, group, key);
    }

    int bytes() {
      int bytes = 3 * body.length();
      for (Map.Entry<String, String> a : attributes.entrySet()) {
        bytes += 32 + a.getKey().length() + 3 * a.getValue().length();
      }
      return bytes;
    }
  }

  /** What became of one: an id, or why there is none. */
  record Sent(String messageId, ChannelException failure) {}

  /**
   * Makes sure that the queue can be called.
   *
   * @throws ChannelException.Unavailable if not; nothing was sent
   */
  void prepare() throws ChannelException {
    try {
      client();
      url();
    } catch (RuntimeException e) {
      ChannelException why = SqsOutcome.of(e, true);
      throw why instanceof ChannelException.Unavailable
          ? why
          : new ChannelException.Unavailable("the queue was not found: " + why.getMessage());
    }
  }

  /** Sends ten at most; one answer for each, in their order. */
  List<Sent> send(List<Outgoing> messages) {
    List<SendMessageBatchRequestEntry> entries = new ArrayList<>(messages.size());
    for (int i = 0; i < messages.size(); i++) {
      entries.add(entry(String.valueOf(i), messages.get(i)));
    }
    WatchedHttpClient watch = null;
    try {
      SqsClient through = client();
      String to = url();
      watch = http();
      watch.newCall();
      return results(
          messages.size(), through.sendMessageBatch(r -> r.queueUrl(to).entries(entries)));
    } catch (RuntimeException e) {
      if (e instanceof QueueDoesNotExistException) {
        forgetUrl();
      }
      ChannelException why = SqsOutcome.of(e, watch != null && watch.hasBegun());
      if (why instanceof ChannelException.Refused && messages.size() > 1) {
        // one that is refused does not keep the others back
        int half = messages.size() / 2;
        List<Sent> sent = new ArrayList<>(send(messages.subList(0, half)));
        sent.addAll(send(messages.subList(half, messages.size())));
        return sent;
      }
      return messages.stream().map(m -> new Sent(null, why)).toList();
    }
  }

  private static List<Sent> results(int count, SendMessageBatchResponse answer) {
    Map<String, Sent> byId = new HashMap<>();
    answer.successful().forEach(s -> byId.put(s.id(), new Sent(s.messageId(), null)));
    for (BatchResultErrorEntry failed : answer.failed()) {
      byId.put(failed.id(), new Sent(null, SqsOutcome.of(failed)));
    }
    List<Sent> sent = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      sent.add(
          byId.getOrDefault(
              String.valueOf(i),
              new Sent(null, new ChannelException.Unknown("the answer does not mention it"))));
    }
    return sent;
  }

  private SendMessageBatchRequestEntry entry(String id, Outgoing message) {
    Map<String, MessageAttributeValue> attributes = new HashMap<>();
    message
        .attributes()
        .forEach(
            (name, value) ->
                attributes.put(
                    name,
                    MessageAttributeValue.builder().dataType("String").stringValue(value).build()));
    var entry =
        SendMessageBatchRequestEntry.builder()
            .id(id)
            .messageBody(message.body())
            .messageAttributes(attributes);
    if (connection.isFifo()) {
      entry.messageGroupId(idOf(message.group())).messageDeduplicationId(idOf(message.key()));
    }
    return entry.build();
  }

  /** As it is where SQS allows it, else its SHA-256: 128 characters at most, of visible ASCII. */
  static String idOf(String text) {
    boolean fits =
        !text.isEmpty()
            && text.length() <= MOST_ID
            && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    return fits ? text : Sha256.of(text);
  }

  /**
   * Receives what is asked for, from this queue.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if the queue cannot be read
   */
  List<Message> receive(ReceiveMessageRequest asked) {
    Duration wait =
        Duration.ofSeconds(asked.waitTimeSeconds() == null ? 0 : asked.waitTimeSeconds());
    try {
      String from = url();
      return client()
          .receiveMessage(
              asked.toBuilder()
                  .queueUrl(from)
                  .overrideConfiguration(o -> o.apiCallTimeout(timeout.plus(wait)))
                  .build())
          .messages();
    } catch (QueueDoesNotExistException e) {
      forgetUrl();
      throw e;
    }
  }

  /**
   * Deletes ten at most, by their receipt handles. Whatever fails stays in the queue and comes
   * again.
   *
   * @return how many could not be deleted
   * @throws software.amazon.awssdk.core.exception.SdkException if the queue cannot be reached
   */
  int delete(List<String> handles) {
    List<DeleteMessageBatchRequestEntry> entries = new ArrayList<>(handles.size());
    for (String handle : handles) {
      entries.add(
          DeleteMessageBatchRequestEntry.builder()
              .id(String.valueOf(entries.size()))
              .receiptHandle(handle)
              .build());
    }
    String from = url();
    return client().deleteMessageBatch(r -> r.queueUrl(from).entries(entries)).failed().size();
  }

  /**
   * From now on nobody else gets what is named for as long as is said.
   *
   * @throws software.amazon.awssdk.core.exception.SdkException if the queue cannot be reached
   */
  ChangeMessageVisibilityBatchResponse keep(List<ChangeMessageVisibilityBatchRequestEntry> ten) {
    String in = url();
    return client().changeMessageVisibilityBatch(r -> r.queueUrl(in).entries(ten));
  }

  private synchronized SqsClient client() {
    if (closed) {
      throw SdkClientException.create("the queue is no longer used");
    }
    if (client == null) {
      if (http == null) {
        http = connection.http(timeout, connections);
      }
      client = connection.open(http, timeout);
    }
    return client;
  }

  private synchronized WatchedHttpClient http() {
    return http;
  }

  private String url() {
    synchronized (this) {
      if (url != null || connection.isUrl()) {
        return url == null ? connection.queue() : url;
      }
    }
    String found = client().getQueueUrl(r -> r.queueName(connection.queue())).queueUrl();
    synchronized (this) {
      url = found;
    }
    return found;
  }

  private synchronized void forgetUrl() {
    url = null;
  }

  /** Breaks off what is under way. */
  @Override
  public synchronized void close() {
    closed = true;
    if (client != null) {
      client.close();
      client = null;
    }
    if (http != null) {
      http.close();
    }
  }
}
