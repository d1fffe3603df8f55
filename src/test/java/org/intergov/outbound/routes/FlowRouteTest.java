package org.intergov.outbound.routes;

import java.util.Map;
import java.util.Properties;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;

/**
 * One route file of the flow, with its {@code leased:} queue replaced: a test claims, and looks at
 * the exchange when it has ended, as the queue does.
 */
abstract class FlowRouteTest extends CamelMainTestSupport {
  private static final String CLAIMED = "direct:claimed";

  private final String route;

  FlowRouteTest(String route) {
    this.route = route;
    testConfiguration().withUseRouteBuilder(true);
  }

  @Override
  protected void configure(MainConfigurationProperties configuration) {
    configuration.withRoutesIncludePattern("classpath:routes/" + route + ".camel.yaml");
  }

  @Override
  protected Properties useOverridePropertiesWithPropertiesComponent() {
    Properties periods = new Properties();
    for (String stage : new String[] {"router", "poller", "updater"}) {
      periods.setProperty("intergov." + stage + ".period", "1000");
    }
    return periods;
  }

  @Override
  protected CamelContext createCamelContext() throws Exception {
    CamelContext camel = super.createCamelContext();
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    replaceRouteFromWith(route, CLAIMED);
    return camel;
  }

  @Override
  protected abstract void bindToRegistry(Registry registry) throws Exception;

  /** Hands an exchange to the route as its queue does. */
  final Exchange claimed(Object body, Map<String, Object> headers, Map<String, ?> properties) {
    return template.request(
        CLAIMED,
        exchange -> {
          exchange.getMessage().setBody(body);
          exchange.getMessage().setHeaders(new java.util.HashMap<>(headers));
          properties.forEach(exchange::setProperty);
        });
  }

  final MockEndpoint channel() {
    return getMockEndpoint("mock:channel");
  }

  /** What the route has said by {@code to: outcome:<word>}. */
  static String outcome(Exchange ended) {
    return String.valueOf(ended.getProperty("outcome"));
  }
}
