package org.intergov.outbound.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Set;
import java.util.stream.Collectors;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What a JMX client sees of Camel. */
class CamelBeansTest {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();

  @Test
  void a_jmx_client_sees_context_and_routes_under_names_that_stay_and_nothing_else()
      throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.getManagementNameStrategy().setNamePattern("camel-beans-test");
      camel.addRoutes(
          new RouteBuilder() {
            @Override
            public void configure() {
              from("direct:first").routeId("first").to("direct:second");
              from("direct:second").routeId("second").to("seda:third");
              from("seda:third").routeId("third").to("log:end");
            }
          });
      camel.getManagementStrategy().setManagementObjectStrategy(new CamelBeans());
      camel.start();
      Set<ObjectName> names =
          SERVER.queryNames(new ObjectName("org.apache.camel:context=camel-beans-test,*"), null);
      assertThat(names).noneMatch(n -> n.toString().contains("(0x"));
      assertThat(seen(names, "routes")).containsExactlyInAnyOrder("first", "second", "third");
      assertThat(seen(names, "context")).containsExactly(camel.getName());
      assertThat(names)
          .extracting(n -> n.getKeyProperty("type"))
          .containsOnly("context", "routes", "processors", "services", "health");
    }
  }

  private static Set<String> seen(Set<ObjectName> names, String type) {
    return names.stream()
        .filter(n -> n.getKeyProperty("type").equals(type))
        .map(n -> ObjectName.unquote(n.getKeyProperty("name")))
        .collect(Collectors.toSet());
  }
}
