package org.intergov.outbound.channel.kafka;

import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.config.Cause;

/** What a post that Kafka did not acknowledge came to. */
final class KafkaOutcome {

  /** How far the record came. */
  enum Reached {
    /** It was not put into any request. */
    NOTHING,
    /** It may have been put into a request, once: the answer that came is the answer to that. */
    ONE_REQUEST,
    /** It may have been put into several, and the answer to one of them may be lost. */
    SEVERAL_REQUESTS
  }

  private KafkaOutcome() {}

  static ChannelException of(Exception failure, Reached reached) {
    String words = Cause.of(failure);
    if (isAboutTheRecord(failure)) {
      return new ChannelException.Refused(words);
    }
    boolean answered = reached == Reached.ONE_REQUEST && isRefusal(failure);
    if (reached == Reached.NOTHING || answered) {
      return new ChannelException.Unavailable(words);
    }
    return new ChannelException.Unknown(words);
  }

  private static boolean isAboutTheRecord(Exception failure) {
    return failure instanceof RecordTooLargeException
        || failure instanceof RecordBatchTooLargeException
        || failure instanceof InvalidRecordException
        || failure instanceof PolicyViolationException;
  }

  /** A broker's answer that it has not written anything. */
  private static boolean isRefusal(Exception failure) {
    return failure instanceof TopicAuthorizationException
        || failure instanceof InvalidTopicException
        || failure instanceof InvalidTimestampException;
  }

  /** Whether the producer that ended a record with this can do nothing more. */
  static boolean isFatal(Exception failure) {
    return failure instanceof AuthenticationException
        || failure instanceof ClusterAuthorizationException
        || failure instanceof UnsupportedVersionException
        || failure instanceof ProducerFencedException;
  }
}
