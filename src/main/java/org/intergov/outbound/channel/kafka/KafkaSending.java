package org.intergov.outbound.channel.kafka;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.intergov.outbound.channel.kafka.KafkaOutcome.Reached;

/**
 * One record on its way. Ends exactly once, and tells a failure before anything was sent from one
 * after it, which Kafka's producer itself reports alike: as a timeout.
 */
final class KafkaSending implements Callback {
  private static final long LOOK_AGAIN_MS = 20;
  private static final int MOST_LOOKS = 100;

  private final KafkaPosts.Open producer;
  private final ScheduledExecutorService watch;
  private final KafkaPosts.Answer answer;
  private final KafkaSendCounts.Reading before;
  private final Thread handing = Thread.currentThread();
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile boolean handedOver;

  /** To be made by the thread that hands the record over, just before it does. */
  KafkaSending(KafkaPosts.Open producer, ScheduledExecutorService watch, KafkaPosts.Answer answer) {
    this.producer = producer;
    this.watch = watch;
    this.answer = answer;
    this.before = producer.counts().now();
  }

  /** Kafka's producer has returned from taking the record, or refusing it. */
  void handedOver() {
    handedOver = true;
  }

  @Override
  public void onCompletion(RecordMetadata where, Exception failure) {
    if (failure == null) {
      if (ended.compareAndSet(false, true)) {
        answer.posted(where);
      }
      return;
    }
    if (KafkaOutcome.isFatal(failure)) {
      producer.spoil();
    }
    if (!handedOver && Thread.currentThread() == handing) {
      end(failure, Reached.NOTHING); // refused at the door
    } else {
      endedBy(failure);
    }
  }

  /** The record, once taken, ended with this. */
  void endedBy(Exception failure) {
    Reached reached = reached();
    if (reached == Reached.NOTHING) {
      look(failure, producer.counts().passes(), 0);
    } else {
      end(failure, reached);
    }
  }

  /** What the counts say: of all records of the channel, so rather too much than too little. */
  private Reached reached() {
    KafkaSendCounts.Reading now = producer.counts().now();
    if (now.sent() == before.sent()) {
      return Reached.NOTHING;
    }
    return now.retried() == before.retried() ? Reached.ONE_REQUEST : Reached.SEVERAL_REQUESTS;
  }

  /** Believes that nothing was sent when the counts are those of a whole pass. */
  private void look(Exception failure, double pass, int looks) {
    if (producer.isClosed() || producer.counts().passes() > pass) {
      end(failure, reached());
    } else if (looks == MOST_LOOKS) {
      end(failure, Reached.SEVERAL_REQUESTS);
    } else {
      try {
        watch.schedule(() -> look(failure, pass, looks + 1), LOOK_AGAIN_MS, TimeUnit.MILLISECONDS);
      } catch (RejectedExecutionException e) {
        end(failure, Reached.SEVERAL_REQUESTS);
      }
    }
  }

  private void end(Exception failure, Reached reached) {
    if (ended.compareAndSet(false, true)) {
      answer.failed(KafkaOutcome.of(failure, reached));
    }
  }
}
