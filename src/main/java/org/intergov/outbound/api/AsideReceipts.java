package org.intergov.outbound.api;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.store.receipts.ChannelReceipts;

/** Receipts that were put aside because they lead nowhere. Thread-safe. */
public final class AsideReceipts {
  private final ChannelReceipts receipts;

  public AsideReceipts(ChannelReceipts receipts) {
    this.receipts = receipts;
  }

  /** {@code GET /receipts?after=&limit=}: oldest first. */
  public void page(Exchange exchange) {
    Call.handle(
        exchange,
        Role.READ,
        call -> {
          int limit = call.limit();
          call.page(
              "receipts",
              receipts.aside(call.after(), limit),
              limit,
              ChannelReceipts.Aside::seq,
              AsideReceipts::document);
        });
  }

  private static Map<String, Object> document(ChannelReceipts.Aside receipt) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("seq", receipt.seq());
    document.put("channel_id", receipt.channelId());
    document.put("at", receipt.at().toString());
    document.put("receipt_id", receipt.receiptId());
    document.put("error", receipt.error());
    document.put("content", receipt.content());
    return document;
  }
}
