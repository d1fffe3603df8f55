package org.intergov.outbound.flow;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/** Says what a claimed row has come to without a channel; recorded when the exchange ends. */
@UriEndpoint(
    firstVersion = "1.0.0",
    scheme = "outcome",
    title = "Outcome",
    syntax = "outcome:word",
    producerOnly = true,
    category = Category.CORE)
public final class OutcomeEndpoint extends DefaultEndpoint {
  @UriPath(
      name = "word",
      javaType = "java.lang.String",
      description = "What it has come to, such as expired")
  @Metadata(required = true)
  private final Ending ending;

  OutcomeEndpoint(String uri, OutcomeComponent component, Ending ending) {
    super(uri, component);
    this.ending = ending;
  }

  @Override
  public Producer createProducer() {
    return new DefaultProducer(this) {
      @Override
      public void process(Exchange exchange) {
        ending.putInto(exchange);
      }
    };
  }

  @Override
  public Consumer createConsumer(Processor route) {
    throw new IllegalArgumentException("an outcome can only be told, with to");
  }
}
