package org.intergov.outbound.channel.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.NetworkException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.kafka.KafkaOutcome.Reached;
import org.junit.jupiter.api.Test;

/** The table of outcomes, for Kafka. */
class KafkaOutcomeTest {

  @Test
  void what_was_not_sent_is_unavailable_whatever_ended_it() {
    for (Exception e :
        new Exception[] {
          new TimeoutException("x"),
          new KafkaException("x"),
          new SaslAuthenticationException("x"),
          new TopicAuthorizationException("x")
        }) {
      assertThat(KafkaOutcome.of(e, Reached.NOTHING))
          .isInstanceOf(ChannelException.Unavailable.class);
    }
  }

  @Test
  void what_may_have_been_sent_is_unknown() {
    for (Exception e :
        new Exception[] {
          new TimeoutException("x"),
          new NetworkException("x"),
          new OutOfOrderSequenceException("x"),
          new KafkaException("x"),
          new SaslAuthenticationException("x")
        }) {
      assertThat(KafkaOutcome.of(e, Reached.ONE_REQUEST))
          .isInstanceOf(ChannelException.Unknown.class);
    }
  }

  @Test
  void a_broker_that_forbids_it_has_not_taken_it_unless_an_earlier_answer_is_lost() {
    Exception e = new TopicAuthorizationException("x");
    assertThat(KafkaOutcome.of(e, Reached.ONE_REQUEST))
        .isInstanceOf(ChannelException.Unavailable.class);
    assertThat(KafkaOutcome.of(e, Reached.SEVERAL_REQUESTS))
        .isInstanceOf(ChannelException.Unknown.class);
  }

  @Test
  void a_broker_whose_clock_is_wrong_says_nothing_about_the_record() {
    Exception e = new InvalidTimestampException("x");
    assertThat(KafkaOutcome.of(e, Reached.ONE_REQUEST))
        .isInstanceOf(ChannelException.Unavailable.class);
    assertThat(KafkaOutcome.of(e, Reached.SEVERAL_REQUESTS))
        .isInstanceOf(ChannelException.Unknown.class);
  }

  @Test
  void what_is_about_the_record_is_a_refusal() {
    for (Exception e :
        new Exception[] {new RecordTooLargeException("x"), new PolicyViolationException("x")}) {
      assertThat(KafkaOutcome.of(e, Reached.ONE_REQUEST))
          .isInstanceOf(ChannelException.Refused.class)
          .hasMessageMatching("(record too large|policy violation): x");
    }
  }
}
