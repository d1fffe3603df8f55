package org.intergov.outbound.message;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The rules a message keeps before it may travel. Immutable and safe for any number of threads.
 *
 * <p>Every check reports all broken rules, in the order sender, receiver, subject, obj, predicate,
 * sender_ref.
 */
public final class MessageRules {

  /** Null: any sender. */
  private final String jurisdiction;

  /**
   * @param jurisdiction the only sender this gateway sends for
   * @throws IllegalArgumentException if it is not an assigned ISO 3166-1 alpha-2 code
   */
  public MessageRules(String jurisdiction) {
    if (!Countries.isAssigned(jurisdiction)) {
      throw new IllegalArgumentException(
          "the jurisdiction is "
              + Quote.of(jurisdiction)
              + ", expected an assigned ISO 3166-1 alpha-2 code such as \"AU\"");
    }
    this.jurisdiction = jurisdiction;
  }

  private MessageRules() {
    this.jurisdiction = null;
  }

  /** The rules but the one about whom a gateway sends for. */
  public static MessageRules ofAnySender() {
    return new MessageRules();
  }

  /** The only sender this gateway sends for; empty: not known. */
  public Optional<String> jurisdiction() {
    return Optional.ofNullable(jurisdiction);
  }

  /** The most bytes of UTF-8 that the body for a channel can have. */
  public static int mostChannelBytes() {
    // a character takes four bytes at most, a country code two; control characters may not travel
    return new Message("AU", "", "AU", "", "", "").channelBytes()
        + 4 * MessageField.SUBJECT.mostCodePoints
        + 4 * MessageField.OBJ.mostCodePoints
        + 4 * MessageField.PREDICATE.mostCodePoints;
  }

  /** All violations of the message, in field order; empty if it may travel. */
  public List<Violation> check(Message message) {
    List<Violation> found = new ArrayList<>(0);
    check(MessageField.SENDER, message.sender(), found);
    check(MessageField.RECEIVER, message.receiver(), found);
    check(MessageField.SUBJECT, message.subject(), found);
    check(MessageField.OBJ, message.obj(), found);
    check(MessageField.PREDICATE, message.predicate(), found);
    check(MessageField.SENDER_REF, message.senderRef(), found);
    return found;
  }

  /**
   * All violations of one value on its own.
   *
   * @param field the name of the field in JSON
   * @throws IllegalArgumentException if a message has no such field
   */
  public List<Violation> checkField(String field, String value) {
    MessageField known = MessageField.named(field);
    if (known == null) {
      throw new IllegalArgumentException("a message has no field " + Quote.of(field));
    }
    List<Violation> found = new ArrayList<>(0);
    check(known, value, found);
    return found;
  }

  void check(MessageField field, String value, List<Violation> to) {
    switch (field) {
      case SENDER -> checkSender(value, to);
      case RECEIVER -> checkCountry(field.json, value, to);
      case SUBJECT -> checkText(field, value, to);
      case OBJ -> {
        if (checkText(field, value, to)) {
          checkObj(value, to);
        }
      }
      case PREDICATE -> {
        if (checkText(field, value, to)) {
          checkPredicate(value, to);
        }
      }
      case SENDER_REF -> {
        checkText(field, value, to);
        checkSenderRef(value, to);
      }
    }
  }

  private void checkSender(String value, List<Violation> to) {
    if (value.equals(jurisdiction)) {
      return;
    }
    if (checkCountry("sender", value, to) && jurisdiction != null) {
      to.add(
          new Violation(
              "sender",
              "jurisdiction",
              "sender is \"%s\", expected \"%s\": this gateway sends for %s only"
                  .formatted(value, jurisdiction, jurisdiction)));
    }
  }

  private static boolean checkCountry(String field, String value, List<Violation> to) {
    if (Countries.isAssigned(value)) {
      return true;
    }
    if (value.isBlank()) {
      to.add(
          new Violation(
              field, "blank", field + " is blank, expected a country code such as \"AU\""));
      return false;
    }
    String found = field + " is " + Quote.of(value);
    String upper = value.length() == 2 ? value.toUpperCase(Locale.ROOT) : value;
    String detail;
    if (Countries.isAssigned(upper)) {
      detail = found + ", expected \"" + upper + "\": country codes are upper case";
    } else if (Countries.isWellFormed(value)) {
      detail =
          found + ", expected an assigned ISO 3166-1 alpha-2 code such as \"AU\": this one is not";
    } else {
      detail =
          found + ", expected two upper-case letters, an ISO 3166-1 alpha-2 code such as \"AU\"";
    }
    to.add(new Violation(field, "country", detail));
    return false;
  }

  private static boolean checkText(MessageField field, String value, List<Violation> to) {
    return TextRules.check(field.json, field.mostCodePoints, value, to);
  }

  private static void checkObj(String value, List<Violation> to) {
    for (int i = 0; i < value.length(); i++) {
      if (TextRules.isSpace(value.charAt(i))) {
        to.add(
            new Violation(
                "obj",
                "format",
                "obj is "
                    + Quote.of(value)
                    + ", expected a CID, multihash, URL or fully qualified name, without white"
                    + " space"));
        return;
      }
    }
  }

  private static void checkPredicate(String value, List<Violation> to) {
    boolean segmentEmpty = true;
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      if (c == '.') {
        if (segmentEmpty) {
          break;
        }
        segmentEmpty = true;
      } else if (c == '_' || c == '-' || Character.isLetterOrDigit(c)) {
        segmentEmpty = false;
      } else if (!segmentEmpty && isMark(c)) {
        // part of the letter before it: vowels of Hindi or Thai, accents that were taken apart
      } else {
        segmentEmpty = true;
        break;
      }
      i += Character.charCount(c);
    }
    if (segmentEmpty) {
      to.add(
          new Violation(
              "predicate",
              "format",
              "predicate is "
                  + Quote.of(value)
                  + ", expected segments of letters, digits, \"_\" or \"-\" with one dot between"
                  + " them, such as \"UN.CEFACT.Trade.CertificateOfOrigin.created\""));
    }
  }

  private static boolean isMark(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.COMBINING_SPACING_MARK, Character.ENCLOSING_MARK ->
          true;
      default -> false;
    };
  }

  /** Generation keys are the reference with {@code #2}, {@code #3} and so on. */
  private static void checkSenderRef(String value, List<Violation> to) {
    int i = value.length();
    while (i > 0 && value.charAt(i - 1) >= '0' && value.charAt(i - 1) <= '9') {
      i--;
    }
    if (i < value.length() && i > 0 && value.charAt(i - 1) == '#') {
      to.add(
          new Violation(
              "sender_ref",
              "format",
              "sender_ref is "
                  + Quote.of(value)
                  + ", expected no \"#\" and digits at its end: that would collide with the"
                  + " idempotency keys of messages sent again"));
    }
  }
}
