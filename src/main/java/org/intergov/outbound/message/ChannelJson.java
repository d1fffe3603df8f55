package org.intergov.outbound.message;

/** Writes the five fields a channel takes, without the cost of a JSON generator per message. */
final class ChannelJson {

  private static final char[] HEX = "0123456789abcdef".toCharArray();

  private static final int OF_AN_EMPTY_MESSAGE = of(new Message("", "", "", "", "", "")).length();

  private ChannelJson() {}

  static String of(Message m) {
    StringBuilder json =
        new StringBuilder(80 + m.subject().length() + m.obj().length() + m.predicate().length());
    json.append("{\"sender\":\"");
    escape(json, m.sender());
    json.append("\",\"receiver\":\"");
    escape(json, m.receiver());
    json.append("\",\"subject\":\"");
    escape(json, m.subject());
    json.append("\",\"obj\":\"");
    escape(json, m.obj());
    json.append("\",\"predicate\":\"");
    escape(json, m.predicate());
    return json.append("\"}").toString();
  }

  /** The length of what {@link #of} gives, in UTF-8, without making it. */
  static int bytesOf(Message m) {
    return OF_AN_EMPTY_MESSAGE
        + bytesOf(m.sender())
        + bytesOf(m.receiver())
        + bytesOf(m.subject())
        + bytesOf(m.obj())
        + bytesOf(m.predicate());
  }

  private static int bytesOf(String text) {
    int bytes = text.length();
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ') {
        bytes += 5;
      } else if (c == '"' || c == '\\') {
        bytes++;
      } else if (c >= 0x800 && !Character.isSurrogate(c)) {
        bytes += 2;
      } else if (c >= 0x80) {
        // half of a pair takes two of its four bytes
        bytes++;
      }
    }
    return bytes;
  }

  private static void escape(StringBuilder json, String text) {
    int copied = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c >= ' ' && c != '"' && c != '\\') {
        continue;
      }
      json.append(text, copied, i).append('\\');
      if (c < ' ') {
        json.append("u00").append(HEX[c >> 4]).append(HEX[c & 0xf]);
      } else {
        json.append(c);
      }
      copied = i + 1;
    }
    json.append(text, copied, text.length());
  }
}
