package org.intergov.outbound.routing;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.intergov.outbound.message.Message;

/** The fields of a message that a routing rule can look at. */
public enum MatchField {
  SENDER,
  RECEIVER,
  SUBJECT,
  OBJ,
  PREDICATE,
  SENDER_REF;

  public static final List<String> KEYS = Stream.of(values()).map(MatchField::key).toList();

  /** The name in {@code channels.yaml} and in JSON. */
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The value of this field. */
  public String of(Message m) {
    return switch (this) {
      case SENDER -> m.sender();
      case RECEIVER -> m.receiver();
      case SUBJECT -> m.subject();
      case OBJ -> m.obj();
      case PREDICATE -> m.predicate();
      case SENDER_REF -> m.senderRef();
    };
  }
}
