package org.intergov.outbound.flow.leased;

import java.time.Duration;
import java.util.TreeSet;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * Takes what is due in a queue of PostgreSQL whose rows are claimed under a lease, and records how
 * each exchange has ended.
 */
@UriEndpoint(
    firstVersion = "1.0.0",
    scheme = "leased",
    title = "Leased",
    syntax = "leased:queue",
    consumerOnly = true,
    category = Category.DATABASE)
public final class LeasedEndpoint extends DefaultEndpoint {
  @UriPath(description = "Name of the queue, such as delivery-outbox")
  @Metadata(required = true)
  private final String queue;

  @UriParam(
      defaultValue = "1000",
      description = "Milliseconds from one look to the next where nothing woke it")
  private long period = 1_000;

  @UriParam(
      defaultValue = "500",
      description = "Rows at most in one exchange, where an exchange has several")
  private int batch = 500;

  LeasedEndpoint(String uri, LeasedComponent component, String queue) {
    super(uri, component);
    this.queue = queue;
  }

  @Override
  public Producer createProducer() {
    throw new IllegalArgumentException("a leased queue can only be read, with from");
  }

  @Override
  public Consumer createConsumer(Processor route) throws Exception {
    LeasedQueue rows =
        getCamelContext().getRegistry().lookupByNameAndType(queue, LeasedQueue.class);
    if (rows == null) {
      var known = getCamelContext().getRegistry().findByTypeWithName(LeasedQueue.class).keySet();
      throw new IllegalArgumentException(
          "leased:%s: there is no queue of this name; there are %s"
              .formatted(queue, new TreeSet<>(known)));
    }
    LeasedConsumer consumer = new LeasedConsumer(this, route, rows);
    configureConsumer(consumer);
    return consumer;
  }

  String queue() {
    return queue;
  }

  Duration everyPeriod() {
    return Duration.ofMillis(period);
  }

  public long getPeriod() {
    return period;
  }

  /** Milliseconds from one look to the next where nothing woke it. */
  public void setPeriod(long period) {
    this.period = period;
  }

  public int getBatch() {
    return batch;
  }

  /** Rows at most in one exchange, where an exchange has several. */
  public void setBatch(int batch) {
    this.batch = batch;
  }
}
