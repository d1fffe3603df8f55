package org.intergov.outbound.message;

/** Writes the five fields a channel takes, without the cost of a JSON generator per message. */
final class ChannelJson {

  private static final char[] HEX = "0123456789abcdef".toCharArray();

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
