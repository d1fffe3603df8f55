package org.intergov.outbound.channel;

import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/**
 * Hands what it reads to its route, a batch at a time. Suspended, it reads no more.
 *
 * @param <B> the batch, which becomes the body
 */
public abstract class BatchConsumer<B> extends DefaultConsumer implements Suspendable {
  public BatchConsumer(Endpoint endpoint, Processor processor) {
    super(endpoint, processor);
  }

  /** Begins to read; each batch goes to {@link #handOver}. */
  protected abstract void read();

  /** Ends the reading, if there is any. */
  protected abstract void leave() throws InterruptedException;

  /** Returns when the route is done with the batch, and fails if it is not. */
  protected final void handOver(B batch) throws Exception {
    Exchange exchange = createExchange(false);
    try {
      exchange.getMessage().setBody(batch);
      getProcessor().process(exchange);
      if (exchange.getException() != null) {
        throw exchange.getException();
      }
    } finally {
      releaseExchange(exchange, false);
    }
  }

  @Override
  protected final void doStart() throws Exception {
    super.doStart();
    read();
  }

  @Override
  protected final void doStop() throws Exception {
    leave();
    super.doStop();
  }

  @Override
  protected final void doSuspend() throws Exception {
    leave();
  }

  @Override
  protected final void doResume() {
    read();
  }
}
