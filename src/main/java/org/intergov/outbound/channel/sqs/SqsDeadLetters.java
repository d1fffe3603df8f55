package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.sqs.SqsBatch.Received;
import org.intergov.outbound.channel.sqs.SqsQueue.Outgoing;
import org.intergov.outbound.channel.sqs.SqsQueue.Sent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue for messages that nothing can be done with: each as it came, with the attributes {@code
 * error} (what is wrong with it) and {@code source} (its id in the queue it came from).
 * Thread-safe.
 */
public final class SqsDeadLetters implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SqsDeadLetters.class);
  private static final Duration TIMEOUT = Duration.ofSeconds(15);
  private static final int MOST_OF_A_REFUSED_ONE = 50_000;
  private static final int LONGEST_ERROR = 2_000;

  private final String name;
  private final SqsQueue queue;

  /** A message, and what is wrong with it. */
  public record Letter(Received message, String error) {}

  /** Reports that letters could not be sent; the messages are still where they came from. */
  public static final class NotSentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NotSentException(String message) {
      super(message, null, false, false);
    }
  }

  public SqsDeadLetters(SqsConnection connection) {
    this.name = connection.queue();
    this.queue = new SqsQueue(connection, TIMEOUT, 4);
  }

  /**
   * Sends them all; when it returns, the queue has them.
   *
   * @throws NotSentException if one could not be sent; then any of them may be sent again
   */
  public void send(List<Letter> letters) {
    List<Outgoing> batch = new ArrayList<>(SqsQueue.MOST_AT_ONCE);
    int bytes = 0;
    for (Letter letter : letters) {
      Outgoing next = outgoing(letter);
      if (!batch.isEmpty()
          && (batch.size() == SqsQueue.MOST_AT_ONCE
              || bytes + next.bytes() > SqsQueue.MOST_BYTES)) {
        sendBatch(batch);
        batch.clear();
        bytes = 0;
      }
      batch.add(next);
      bytes += next.bytes();
    }
    if (!batch.isEmpty()) {
      sendBatch(batch);
      Letter last = letters.get(letters.size() - 1);
      LOG.warn(
          "{} messages went to dead-letter queue {}, the last of them {}: {}",
          letters.size(),
          name,
          last.message().id(),
          last.error());
    }
  }

  private void sendBatch(List<Outgoing> batch) {
    List<Sent> sent = queue.send(batch);
    for (int i = 0; i < sent.size(); i++) {
      ChannelException failure = sent.get(i).failure();
      if (failure instanceof ChannelException.Refused) {
        failure = sendWhatFits(batch.get(i));
      }
      if (failure != null) {
        throw new NotSentException(
            "queue " + name + " takes no dead letters: " + failure.getMessage());
      }
    }
  }

  /** One that is refused as it is must not keep those behind it in their queue for ever. */
  private ChannelException sendWhatFits(Outgoing letter) {
    ChannelException failure = null;
    for (String body : List.of(start(letter.body()), "too large or not allowed here")) {
      Outgoing smaller = new Outgoing(body, letter.attributes(), letter.group(), letter.key());
      failure = queue.send(List.of(smaller)).get(0).failure();
      if (!(failure instanceof ChannelException.Refused)) {
        return failure;
      }
    }
    return failure;
  }

  private static String start(String body) {
    int end = Math.min(body.length(), MOST_OF_A_REFUSED_ONE);
    return body.substring(0, Character.isHighSurrogate(body.charAt(end - 1)) ? end - 1 : end);
  }

  /** In a FIFO queue each is a group of its own: none waits for another. */
  private static Outgoing outgoing(Letter letter) {
    String error = attribute(letter.error());
    String id = letter.message().id();
    return new Outgoing(letter.message().body(), Map.of("error", error, "source", id), id, id);
  }

  /** What SQS allows in an attribute; never empty. */
  private static String attribute(String text) {
    StringBuilder kept = new StringBuilder();
    text.codePoints()
        .limit(LONGEST_ERROR)
        .forEach(
            c -> {
              boolean bad = c < 0x20 || (c >= 0xd800 && c <= 0xdfff) || c == 0xfffe || c == 0xffff;
              kept.appendCodePoint(bad ? ' ' : c);
            });
    return kept.isEmpty() ? "unknown" : kept.toString();
  }

  @Override
  public void close() {
    queue.close();
  }
}
