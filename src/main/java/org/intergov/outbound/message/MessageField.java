package org.intergov.outbound.message;

/** The fields of a message, in the order in which violations are listed. */
enum MessageField {
  SENDER("sender", 2),
  RECEIVER("receiver", 2),
  SUBJECT("subject", 2048),
  OBJ("obj", 256),
  PREDICATE("predicate", 512),
  SENDER_REF("sender_ref", 256);

  static final MessageField[] IN_ORDER = values();

  /** The name in JSON. */
  final String json;

  /** In Unicode code points. */
  final int mostCodePoints;

  MessageField(String json, int mostCodePoints) {
    this.json = json;
    this.mostCodePoints = mostCodePoints;
  }

  /** The field of this JSON name, or null. */
  static MessageField named(String json) {
    return switch (json) {
      case "sender" -> SENDER;
      case "receiver" -> RECEIVER;
      case "subject" -> SUBJECT;
      case "obj" -> OBJ;
      case "predicate" -> PREDICATE;
      case "sender_ref" -> SENDER_REF;
      default -> null;
    };
  }
}
