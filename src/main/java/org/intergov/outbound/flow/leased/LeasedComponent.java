package org.intergov.outbound.flow.leased;

import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/**
 * Component {@code leased}: {@code from: leased:delivery-outbox} takes what is due in a queue whose
 * rows are claimed under a lease, and records how each exchange has ended.
 */
@Component("leased")
public final class LeasedComponent extends DefaultComponent {
  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    LeasedEndpoint endpoint = new LeasedEndpoint(uri, this, remaining);
    setProperties(endpoint, parameters);
    return endpoint;
  }
}
