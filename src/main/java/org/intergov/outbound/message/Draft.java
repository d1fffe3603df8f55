package org.intergov.outbound.message;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** A message while it is read: the values so far and what is already known to be wrong. */
final class Draft {

  /** More are counted, not listed: a hostile body must not be answered with a larger one. */
  private static final int MOST_UNKNOWN_LISTED = 20;

  private static final String KNOWN =
      "sender, receiver, subject, obj, predicate and sender_ref (optional)";

  private final String[] values = new String[MessageField.IN_ORDER.length];
  private final String[] wrongTypes = new String[MessageField.IN_ORDER.length];
  private final List<Violation> unknown = new ArrayList<>(0);
  private final Supplier<String> missingReference;
  private int unknownCount;

  /**
   * @param missingReference gives the {@code sender_ref} of a message that has none
   */
  Draft(Supplier<String> missingReference) {
    this.missingReference = missingReference;
  }

  void value(MessageField field, String value) {
    values[field.ordinal()] = value;
  }

  void wrongType(MessageField field, String foundType) {
    wrongTypes[field.ordinal()] = foundType;
  }

  void unknown(String name) {
    if (unknownCount++ < MOST_UNKNOWN_LISTED) {
      unknown.add(
          new Violation(
              Quote.bare(name),
              "unknown_field",
              Quote.of(name) + " is not a field of a message, expected " + KNOWN));
    }
  }

  ReadResult finish(MessageRules rules) {
    List<Violation> found = new ArrayList<>(0);
    for (MessageField field : MessageField.IN_ORDER) {
      check(rules, field, found);
    }
    found.addAll(unknown);
    if (unknownCount > MOST_UNKNOWN_LISTED) {
      found.add(
          new Violation(
              "body",
              "unknown_field",
              "the body has %d unknown fields, %d of them listed, expected %s"
                  .formatted(unknownCount, MOST_UNKNOWN_LISTED, KNOWN)));
    }
    return found.isEmpty() ? new ReadResult.Read(message()) : new ReadResult.Invalid(found);
  }

  private void check(MessageRules rules, MessageField field, List<Violation> found) {
    String wrongType = wrongTypes[field.ordinal()];
    String value = values[field.ordinal()];
    if (wrongType != null) {
      found.add(
          new Violation(
              field.json, "type", field.json + " is " + wrongType + ", expected a string"));
    } else if (value != null) {
      rules.check(field, value, found);
    } else if (field == MessageField.SENDER_REF) {
      values[field.ordinal()] = missingReference.get();
    } else {
      found.add(
          new Violation(field.json, "required", field.json + " is missing, expected a string"));
    }
  }

  private Message message() {
    return new Message(
        values[MessageField.SENDER.ordinal()],
        values[MessageField.SENDER_REF.ordinal()],
        values[MessageField.RECEIVER.ordinal()],
        values[MessageField.SUBJECT.ordinal()],
        values[MessageField.OBJ.ordinal()],
        values[MessageField.PREDICATE.ordinal()]);
  }
}
