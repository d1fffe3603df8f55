package org.intergov.outbound.channel.sqs;

import java.util.Set;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.config.Cause;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.services.sqs.model.BatchResultErrorEntry;

/** What a failed send comes to. Stateless, thread-safe. */
final class SqsOutcome {
  /** Codes, without what AWS puts before them, that are about the message and nothing else. */
  private static final Set<String> ABOUT_THE_MESSAGE =
      Set.of(
          "InvalidMessageContents",
          "InvalidParameterValue",
          "InvalidParameterValueException",
          "InvalidAttributeValue",
          "MessageTooLong",
          "BatchRequestTooLong");

  /** With a status of 5xx, or marked as the server's fault, these say that nothing was stored. */
  private static final Set<String> NOT_NOW =
      Set.of(
          "ServiceUnavailable",
          "RequestThrottled",
          "Throttling",
          "ThrottlingException",
          "ThrottledException",
          "TooManyRequestsException",
          "OverLimit",
          "SlowDown");

  private SqsOutcome() {}

  /**
   * Of a whole request, by where it failed.
   *
   * @param begun whether anything of it may have been sent
   */
  static ChannelException of(Throwable failure, boolean begun) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ChannelException known) {
        return known;
      }
      if (t instanceof AwsServiceException answer && begun) {
        return answered(answer);
      }
    }
    if (!begun) {
      return new ChannelException.Unavailable("not sent: " + Cause.of(failure));
    }
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (t instanceof ApiCallTimeoutException || t instanceof ApiCallAttemptTimeoutException) {
        return new ChannelException.Unknown("no answer in time");
      }
      if (t instanceof AbortedException) {
        return new ChannelException.Unknown("the call was broken off");
      }
    }
    return new ChannelException.Unknown(Cause.of(failure));
  }

  private static ChannelException answered(AwsServiceException answer) {
    int status = answer.statusCode();
    String code = answer.awsErrorDetails() == null ? "" : answer.awsErrorDetails().errorCode();
    String said = "answered " + status + " " + plain(code);
    if (status == 503 || answer.isThrottlingException() || NOT_NOW.contains(plain(code))) {
      return new ChannelException.Unavailable(said);
    }
    if (status >= 500) {
      return new ChannelException.Unknown(said);
    }
    return ABOUT_THE_MESSAGE.contains(plain(code))
        ? new ChannelException.Refused(said)
        : new ChannelException.Unavailable(said);
  }

  /** Of one entry of a batch. */
  static ChannelException of(BatchResultErrorEntry entry) {
    String code = plain(entry.code());
    String said = "answered " + code;
    if (ABOUT_THE_MESSAGE.contains(code)) {
      return new ChannelException.Refused(said);
    }
    boolean ours = Boolean.TRUE.equals(entry.senderFault()) || NOT_NOW.contains(code);
    return ours ? new ChannelException.Unavailable(said) : new ChannelException.Unknown(said);
  }

  /** {@code QueueDoesNotExist} of {@code AWS.SimpleQueueService.QueueDoesNotExist}. */
  private static String plain(String code) {
    String words = code == null ? "" : code;
    return words.substring(Math.max(words.lastIndexOf('.'), words.lastIndexOf('#')) + 1);
  }
}
