package org.intergov.outbound.channel;

import java.util.List;

/** Writes what receipts say. Thread-safe. */
public interface ReceiptTaker {
  /**
   * Takes receipts of one channel, in their order. When it returns, all are written and can be
   * acknowledged; if it fails, none may be, and all must be delivered again, which does no harm.
   */
  void take(String channelId, List<RawReceipt> receipts);
}
