package org.intergov.outbound.monitoring;

import java.util.concurrent.ThreadPoolExecutor;
import org.apache.camel.CamelContext;
import org.apache.camel.Component;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Producer;
import org.apache.camel.management.DefaultManagementObjectStrategy;
import org.apache.camel.spi.EventNotifier;

/**
 * Which of Camel's objects are seen over JMX: the context, its routes and what serves it, whose
 * names are the same in every run.
 *
 * <p>Of itself Camel also shows every component, endpoint, producer, consumer and thread pool, half
 * a dozen for each route, most of them under a name like {@code BeanProducer(0x57ce634f)} that is
 * another one after a restart. They tell an operator nothing that the routes do not, and describing
 * them takes a good part of a start.
 */
public final class CamelBeans extends DefaultManagementObjectStrategy {

  @Override
  public Object getManagedObjectForComponent(
      CamelContext context, Component component, String name) {
    return null;
  }

  @Override
  public Object getManagedObjectForEndpoint(CamelContext context, Endpoint endpoint) {
    return null;
  }

  @Override
  public Object getManagedObjectForThreadPool(
      CamelContext context,
      ThreadPoolExecutor threadPool,
      String id,
      String sourceId,
      String routeId,
      String threadPoolProfileId) {
    return null;
  }

  @Override
  public Object getManagedObjectForEventNotifier(CamelContext context, EventNotifier notifier) {
    return null;
  }

  @Override
  public Object getManagedObjectForConsumer(CamelContext context, Consumer consumer) {
    return null;
  }

  @Override
  public Object getManagedObjectForProducer(CamelContext context, Producer producer) {
    return null;
  }
}
