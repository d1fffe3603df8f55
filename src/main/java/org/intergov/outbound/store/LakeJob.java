package org.intergov.outbound.store;

import java.util.Map;
import java.util.UUID;

/** A row of a queue towards the lake, as it was claimed. */
public interface LakeJob {
  /** Of the row; the greater one of a message is the newer. */
  long seq();

  String sender();

  String senderRef();

  /** Of the lease; null: the row is taken for the transaction that is open. */
  UUID lockToken();

  default String reference() {
    return sender() + ":" + senderRef();
  }

  /** What a statement needs to know of it, by the names of columns. */
  Map<String, Object> columns();
}
