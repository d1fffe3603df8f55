package org.intergov.outbound.message;

import java.util.Objects;

/**
 * A message between two governments. A value: it says nothing about its delivery.
 *
 * <p>The record itself only forbids nulls; {@link MessageRules} says whether the content may
 * travel.
 *
 * @param sender ISO 3166-1 alpha-2 code of the sending jurisdiction
 * @param senderRef the sender's own name for the message, unique per sender
 * @param receiver ISO 3166-1 alpha-2 code of the receiving jurisdiction
 * @param subject what the message is about
 * @param obj where the object is found: CID, multihash, URL or fully qualified name
 * @param predicate what happened to the subject, as dotted segments
 */
public record Message(
    String sender,
    String senderRef,
    String receiver,
    String subject,
    String obj,
    String predicate) {

  public Message {
    Objects.requireNonNull(sender, "sender");
    Objects.requireNonNull(senderRef, "senderRef");
    Objects.requireNonNull(receiver, "receiver");
    Objects.requireNonNull(subject, "subject");
    Objects.requireNonNull(obj, "obj");
    Objects.requireNonNull(predicate, "predicate");
  }

  /** The name of this message everywhere outside its sender, such as {@code AU:the-ref}. */
  public String reference() {
    return sender + ':' + senderRef;
  }

  /** Whether the other message says the same; the sender and its reference are not compared. */
  public boolean sameContent(Message other) {
    return receiver.equals(other.receiver)
        && subject.equals(other.subject)
        && obj.equals(other.obj)
        && predicate.equals(other.predicate);
  }

  /**
   * The body for a channel: compact JSON with exactly sender, receiver, subject, obj and predicate,
   * in this order. Channels reject any other field.
   */
  public String channelJson() {
    return ChannelJson.of(this);
  }

  /** How long {@link #channelJson} is, in bytes of UTF-8. */
  public int channelBytes() {
    return ChannelJson.bytesOf(this);
  }
}
