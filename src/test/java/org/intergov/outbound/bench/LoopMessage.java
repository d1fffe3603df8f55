package org.intergov.outbound.bench;

import com.fasterxml.jackson.core.io.JsonStringEncoder;

/** A message in the loop; from its claim to its settlement in one thread after the other. */
final class LoopMessage {
  private final long id;
  private final String senderRef;
  private final String[] fields;
  private String channelTxnId;
  private boolean confirmed;

  /**
   * @param fields sender, receiver, subject, obj, predicate
   */
  LoopMessage(long id, String senderRef, String... fields) {
    this.id = id;
    this.senderRef = senderRef;
    this.fields = fields;
  }

  long id() {
    return id;
  }

  String senderRef() {
    return senderRef;
  }

  /** Sender, receiver, subject, obj or predicate, by its number. */
  String field(int n) {
    return fields[n];
  }

  /** What the channel is sent. */
  String channelJson() {
    StringBuilder json = new StringBuilder(400);
    append(json.append("{\"sender\":\""), 0);
    append(json.append("\",\"receiver\":\""), 1);
    append(json.append("\",\"subject\":\""), 2);
    append(json.append("\",\"obj\":\""), 3);
    append(json.append("\",\"predicate\":\""), 4);
    return json.append("\"}").toString();
  }

  private void append(StringBuilder json, int field) {
    JsonStringEncoder.getInstance().quoteAsString(fields[field], json);
  }

  void posted(String txnId, boolean isConfirmed) {
    channelTxnId = txnId;
    confirmed = isConfirmed;
  }

  String channelTxnId() {
    return channelTxnId;
  }

  boolean isConfirmed() {
    return confirmed;
  }
}
