package org.intergov.outbound.channel.sqs;

import java.util.Collections;
import java.util.concurrent.CompletionStage;
import org.apache.camel.Body;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Header;
import org.apache.camel.component.aws2.sqs.Sqs2Constants;
import org.intergov.outbound.channel.RawReceipt;
import org.intergov.outbound.channel.ReceiptTaker;

/**
 * The receipts of one channel, as the consumers of its queue hold them, a batch at a time.
 * Thread-safe, except the setters, which are for whoever makes it.
 */
public final class SqsReceipts implements CamelContextAware {
  private CamelContext camel;
  private String channel;
  private ReceiptTaker to;
  private HeldBatches<RawReceipt, Void> batches;

  /** When it completes, the receipt is written and the message can be deleted. */
  public CompletionStage<Void> take(
      @Header(Sqs2Constants.MESSAGE_ID) String id, @Body String body) {
    return batches().add(new RawReceipt(id, body));
  }

  private synchronized HeldBatches<RawReceipt, Void> batches() {
    if (batches == null) {
      batches =
          new HeldBatches<>(
              queue,
              camel::isStopping,
              receipts -> {
                to.take(channel, receipts);
                return Collections.nCopies(receipts.size(), null);
              });
    }
    return batches;
  }

  private String queue = "";

  /** Id of the channel. */
  public void setChannel(String channel) {
    this.channel = channel;
  }

  /** The queue, for the log. */
  public void setQueue(String queue) {
    this.queue = queue;
  }

  /** Who writes them. */
  public void setTo(ReceiptTaker to) {
    this.to = to;
  }

  @Override
  public void setCamelContext(CamelContext camel) {
    this.camel = camel;
  }

  @Override
  public CamelContext getCamelContext() {
    return camel;
  }
}
