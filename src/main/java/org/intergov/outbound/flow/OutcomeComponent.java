package org.intergov.outbound.flow;

import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

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
    return new OutcomeEndpoint(uri, this, ending);
  }

  private static String words() {
    return Arrays.stream(Ending.values()).map(Ending::word).collect(Collectors.joining(", "));
  }
}
