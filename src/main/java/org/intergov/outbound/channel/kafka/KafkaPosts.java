package org.intergov.outbound.channel.kafka;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.config.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one producer of a channel. It never blocks its caller: what Kafka's producer waits for before
 * it takes a record (a broker that names the topic's leaders, room in its buffer) a thread of the
 * channel waits for. Thread-safe.
 *
 * <p>A record waits for that thread for half of the channel's timeout at most, the thread as long
 * again, and from then on Kafka's producer has the whole timeout: no post takes longer than twice
 * the timeout, which is within its lease.
 */
final class KafkaPosts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KafkaPosts.class);
  private static final Duration MOST_CLOSE = Duration.ofSeconds(5);
  private static final Duration LEARN = Duration.ofSeconds(2);
  private static final Duration LEARN_LATER = Duration.ofSeconds(30);
  private static final Duration LEARN_AGAIN = Duration.ofDays(1);

  private final String topic;
  private final String name;
  private final Map<String, Object> config;
  private final Duration timeout;
  private final ThreadPoolExecutor hand;
  private final ScheduledExecutorService watch;
  private volatile Open open;
  private volatile boolean stopped;
  private long learnAtNanos = System.nanoTime();

  /** A producer and its counters, until it is closed. */
  static final class Open {
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaSendCounts counts;
    private final Runnable whenSpoiled;
    private volatile boolean spoiled;
    private volatile boolean closed;

    private Open(KafkaProducer<byte[], byte[]> producer, Runnable whenSpoiled) {
      this.producer = producer;
      this.counts = new KafkaSendCounts(producer.metrics());
      this.whenSpoiled = whenSpoiled;
    }

    KafkaSendCounts counts() {
      return counts;
    }

    boolean isClosed() {
      return closed;
    }

    /** It can do nothing more: it is closed soon, and the next post gets another. */
    void spoil() {
      if (!spoiled) {
        spoiled = true;
        whenSpoiled.run();
      }
    }

    private void close(Duration within) {
      producer.close(within);
      closed = true;
    }
  }

  /** What a post came to: where the record is, or why it is not known to be anywhere. */
  interface Answer {
    void posted(RecordMetadata where);

    void failed(ChannelException why);
  }

  /**
   * @param topic what is posted to
   */
  KafkaPosts(String topic, Map<String, Object> config, Duration timeout) {
    this.topic = topic;
    this.name = config.get(CommonClientConfigs.CLIENT_ID_CONFIG) + " to " + topic;
    this.config = new HashMap<>(config);
    this.timeout = timeout;
    this.hand =
        (ThreadPoolExecutor) Executors.newFixedThreadPool(1, work -> daemon(name + "-post", work));
    this.watch = Executors.newSingleThreadScheduledExecutor(work -> daemon(name + "-watch", work));
  }

  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Asks for the topic's leaders, so that the first post finds them there. */
  void warmUp() {
    hand.execute(
        () -> {
          if (stopped) {
            return;
          }
          try {
            current().producer.partitionsFor(topic);
            learnLimit();
          } catch (RuntimeException e) {
            LOG.warn("{}: topic {}: {}", name, topic, Cause.of(e));
            if (open != null && KafkaOutcome.isFatal(e)) {
              open.spoil();
            }
          }
        });
  }

  /**
   * Hands a record to Kafka.
   *
   * @param answer called once, on any thread; must not block
   */
  void post(ProducerRecord<byte[], byte[]> record, Answer answer) {
    long latest = System.nanoTime() + timeout.toNanos() / 2;
    try {
      hand.execute(() -> send(record, latest, answer));
    } catch (RejectedExecutionException e) {
      answer.failed(stopping());
    }
  }

  private static ChannelException stopping() {
    return new ChannelException.Unavailable("not sent: the channel is being stopped");
  }

  private void send(ProducerRecord<byte[], byte[]> record, long latest, Answer answer) {
    if (stopped) {
      answer.failed(stopping());
      return;
    }
    learnLimit();
    if (System.nanoTime() - latest > 0) {
      answer.failed(
          new ChannelException.Unavailable(
              "not sent: the posts before it waited too long for a broker"));
      return;
    }
    Open current;
    try {
      current = current();
    } catch (RuntimeException e) {
      answer.failed(new ChannelException.Unavailable(Cause.of(e)));
      return;
    }
    KafkaSending sending = new KafkaSending(current, watch, answer);
    try {
      current.producer.send(record, sending);
    } catch (RuntimeException e) {
      // it may have taken the record all the same, and can do nothing more
      current.spoil();
      sending.endedBy(e);
    } finally {
      sending.handedOver();
    }
  }

  /**
   * Before the first record, and again when batches had to be split: the topic takes less by now.
   * If the brokers do not say how much, each record is a batch of its own from then on.
   */
  private void learnLimit() {
    boolean isSplit = open != null && open.counts.splits() > 0;
    if (!isSplit && System.nanoTime() - learnAtNanos < 0) {
      return;
    }
    Duration within = timeout.dividedBy(8).compareTo(LEARN) < 0 ? timeout.dividedBy(8) : LEARN;
    OptionalInt limit = TopicLimit.read(config, topic, within);
    int batch = isSplit ? limit.orElse(0) : limit.orElse(Integer.MAX_VALUE);
    if (batch < (Integer) config.get(ProducerConfig.BATCH_SIZE_CONFIG)) {
      config.put(ProducerConfig.BATCH_SIZE_CONFIG, batch);
      if (open != null) {
        open.spoil();
      }
    } else if (isSplit) {
      config.put(ProducerConfig.BATCH_SIZE_CONFIG, 0);
      open.spoil();
    }
    Duration again = limit.isPresent() ? LEARN_AGAIN : LEARN_LATER;
    learnAtNanos = System.nanoTime() + again.toNanos();
  }

  /** On the one thread that makes and replaces producers. */
  private Open current() {
    closeIfSpoiled();
    if (open == null) {
      open = new Open(new KafkaProducer<>(config), this::spoiled);
    }
    return open;
  }

  /** At once: one whose login is refused would try again twice a second, for nobody. */
  private void closeIfSpoiled() {
    Open now = open;
    if (now != null && now.spoiled) {
      LOG.debug(
          "{}: the producer cannot go on after its last error; the next post opens another", name);
      open = null;
      now.close(Duration.ZERO);
    }
  }

  private void spoiled() {
    try {
      hand.execute(this::closeIfSpoiled);
    } catch (RejectedExecutionException e) {
      LOG.debug("{}: it is being closed anyway", name);
    }
  }

  /** Lets what is in flight end, for some seconds; the rest comes to its outcome at once. */
  @Override
  public void close() {
    hand.shutdown();
    try {
      Duration patience = timeout.compareTo(MOST_CLOSE) < 0 ? timeout : MOST_CLOSE;
      if (!hand.awaitTermination(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        stopped = true;
        hand.shutdownNow().forEach(Runnable::run); // each says so
        hand.awaitTermination(1, TimeUnit.SECONDS);
      }
      Open last = open;
      if (last != null) {
        last.close(patience);
      }
      watch.shutdown(); // checks that are due are still made
      watch.awaitTermination(1, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      watch.shutdownNow();
    }
  }
}
