package org.intergov.outbound.message;

import java.util.ArrayList;
import java.util.List;

/**
 * The name of a message outside its sender, written {@code AU:the-ref}.
 *
 * @param sender two upper-case letters
 * @param senderRef the sender's own name for the message
 */
public record Reference(String sender, String senderRef) {

  /**
   * Reads {@code AU:the-ref}. Only the form is checked, not whether such a message may travel; what
   * this accepts a database can look up.
   *
   * @throws IllegalArgumentException naming what was found and what was expected
   */
  public static Reference parse(String text) {
    int colon = text.indexOf(':');
    if (colon != 2 || !Countries.isWellFormed(text.substring(0, colon))) {
      throw new IllegalArgumentException(
          "reference is "
              + Quote.of(text)
              + ", expected two upper-case letters, a colon and the sender's reference, such as"
              + " \"AU:the-ref\"");
    }
    String senderRef = text.substring(colon + 1);
    List<Violation> found = new ArrayList<>(0);
    MessageField field = MessageField.SENDER_REF;
    TextRules.check(field.json, field.mostCodePoints, senderRef, found);
    if (!found.isEmpty()) {
      throw new IllegalArgumentException(
          "reference is " + Quote.of(text) + ": " + found.get(0).detail());
    }
    return new Reference(text.substring(0, colon), senderRef);
  }

  @Override
  public String toString() {
    return sender + ':' + senderRef;
  }
}
