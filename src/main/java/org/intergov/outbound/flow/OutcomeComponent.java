package org.intergov.outbound.flow;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/**
 * Component {@code outcome}: how a route of the flow says what a claimed row has come to without a
 * channel, as in {@code to: outcome:expired}. The {@code leased} queue records it when the exchange
 * ends.
 */
@Component("outcome")
public final class OutcomeComponent extends DefaultComponent {
  @Override
  protected Endpoint createEndpoint(String uri, String word, Map<String, Object> parameters) {
    Ending ending =
        Ending.ofWord(word)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "outcome:%s: there is no such outcome; there are %s"
                            .formatted(word, words())));
    return new To(uri, this, ending);
  }

  private static String words() {
    return Arrays.stream(Ending.values()).map(Ending::word).collect(Collectors.joining(", "));
  }

  private static final class To extends DefaultEndpoint {
    private final Ending ending;

    To(String uri, OutcomeComponent component, Ending ending) {
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
}
