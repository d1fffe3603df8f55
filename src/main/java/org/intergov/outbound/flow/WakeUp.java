package org.intergov.outbound.flow;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Producer;
import org.apache.camel.support.service.ServiceHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Wakes a stage: one message into its wake-up queue, unless one is there already. Costs next to
 * nothing while the stage is awake. Thread-safe.
 */
public final class WakeUp {
  private static final Logger LOG = LoggerFactory.getLogger(WakeUp.class);
  private final CamelContext camel;
  private final String endpoint;
  private final AtomicBoolean signalled = new AtomicBoolean();
  private volatile Producer producer;

  /**
   * @param stage the wake-up queue's name
   */
  public WakeUp(CamelContext camel, String stage) {
    this.camel = camel;
    this.endpoint = "seda:" + stage + "?size=1&discardWhenFull=true";
  }

  /** Asks the stage to look, soon. */
  public void signal() {
    if (camel.isStarted() && signalled.compareAndSet(false, true)) {
      try {
        Exchange exchange = producer().getEndpoint().createExchange();
        producer().process(exchange);
      } catch (Exception e) {
        signalled.set(false);
        LOG.debug("wake-up of {} failed; its timer wakes it", endpoint, e);
      }
    }
  }

  /** To be called by the stage before it looks, so that a signal from now on counts again. */
  public void taken() {
    signalled.set(false);
  }

  private Producer producer() throws Exception {
    Producer made = producer;
    if (made == null) {
      synchronized (this) {
        if (producer == null) {
          Producer fresh = camel.getEndpoint(endpoint).createProducer();
          ServiceHelper.startService(fresh);
          producer = fresh;
        }
        made = producer;
      }
    }
    return made;
  }
}
