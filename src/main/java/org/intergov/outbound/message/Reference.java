package org.intergov.outbound.message;

/**
 * The name of a message outside its sender, written {@code AU:the-ref}.
 *
 * @param sender two upper-case letters
 * @param senderRef the sender's own name for the message
 */
public record Reference(String sender, String senderRef) {
  private static final int MOST_CODE_POINTS = MessageField.SENDER_REF.mostCodePoints;

  /**
   * Reads {@code AU:the-ref}. Only the form is checked, not whether such a message may travel: a
   * row that was inserted by SQL may have any reference that the database can hold, and it is
   * looked up and resolved like others.
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
    int length = senderRef.codePointCount(0, senderRef.length());
    if (senderRef.isEmpty() || length > MOST_CODE_POINTS || !isStorable(senderRef)) {
      throw new IllegalArgumentException(
          "reference is "
              + Quote.of(text)
              + ", expected 1 to "
              + MOST_CODE_POINTS
              + " characters behind the colon, none of them U+0000 or half of a surrogate pair");
    }
    return new Reference(text.substring(0, colon), senderRef);
  }

  private static boolean isStorable(String text) {
    return text.codePoints().noneMatch(c -> c == 0 || Character.getType(c) == Character.SURROGATE);
  }

  @Override
  public String toString() {
    return sender + ':' + senderRef;
  }
}
