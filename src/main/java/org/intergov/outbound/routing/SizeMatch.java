package org.intergov.outbound.routing;

import java.util.List;
import java.util.stream.LongStream;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageRules;

/**
 * What a rule wants of a message's size: that of the JSON a channel gets, in bytes of UTF-8.
 *
 * @param moreThan bytes that are not enough; -1: any number is enough
 * @param atMost bytes that are not too many; {@link Long#MAX_VALUE}: none are
 */
public record SizeMatch(long moreThan, long atMost) {

  /** Any size. */
  public static final SizeMatch ANY = new SizeMatch(-1, Long.MAX_VALUE);

  public static final String KEY = "size";
  public static final String MORE_THAN = "more-than";
  public static final String AT_MOST = "at-most";
  public static final List<String> KEYS = List.of(AT_MOST, MORE_THAN);

  /** No message is smaller: every field but the two countries has one character. */
  public static final long SMALLEST = new Message("AU", "r", "AU", "s", "o", "p").channelBytes();

  /** No message is larger. */
  public static final long LARGEST = MessageRules.mostChannelBytes();

  /** Whether the message will do. */
  public boolean matches(Message m) {
    return this == ANY || matches(m.channelBytes());
  }

  private boolean matches(long bytes) {
    return bytes > moreThan && bytes <= atMost;
  }

  public boolean isAny() {
    return equals(ANY);
  }

  /** Whether no message can have such a size. */
  public boolean isEmpty() {
    return Math.max(moreThan, SMALLEST - 1) >= Math.min(atMost, LARGEST);
  }

  /** Whether whatever the other one takes, this one takes too. */
  boolean covers(SizeMatch other) {
    return other.isEmpty()
        || (Math.max(moreThan, SMALLEST - 1) <= Math.max(other.moreThan, SMALLEST - 1)
            && Math.min(atMost, LARGEST) >= Math.min(other.atMost, LARGEST));
  }

  /** What both take. */
  SizeMatch and(SizeMatch other) {
    return new SizeMatch(Math.max(moreThan, other.moreThan), Math.min(atMost, other.atMost));
  }

  /** The bounds at which the other one begins or ends to take what this one takes. */
  LongStream cutsBy(SizeMatch other) {
    return LongStream.of(other.moreThan, other.atMost)
        .filter(cut -> cut > moreThan && cut < atMost);
  }

  /** As it is written in the file: {@code size: { at-most: 64kB }}. */
  @Override
  public String toString() {
    return KEY + ": { " + values() + " }";
  }

  public String values() {
    String least = moreThan < 0 ? "" : MORE_THAN + ": " + Sizes.format(moreThan);
    String most = atMost == Long.MAX_VALUE ? "" : AT_MOST + ": " + Sizes.format(atMost);
    return least + (least.isEmpty() || most.isEmpty() ? "" : ", ") + most;
  }
}
