package org.intergov.outbound.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.spi.Registry;
import org.apache.camel.test.junit5.CamelContextConfiguration;
import org.intergov.outbound.store.LakeQueue;
import org.junit.jupiter.api.Test;

/** The routes {@code message-updater} and {@code rejected-message-processor}. */
abstract class LakeRoutesTest extends FlowRouteTest {
  private final String table;

  LakeRoutesTest(String route, String table) {
    super(route);
    this.table = table;
  }

  @Override
  public void configureContext(CamelContextConfiguration configuration) {
    super.configureContext(configuration);
    configuration.withMockEndpointsAndSkip("jdbc:*");
  }

  static class MessageUpdaterTest extends LakeRoutesTest {
    MessageUpdaterTest() {
      super("message-updater", "entered");
    }
  }

  static class RejectedMessageProcessorTest extends LakeRoutesTest {
    RejectedMessageProcessorTest() {
      super("rejected-message-processor", "'rejected'");
    }
  }

  @Override
  protected void bindToRegistry(Registry registry) {
    Class<?>[] types = {DataSource.class};
    Object never =
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            types,
            (proxy, method, arguments) -> {
              throw new SQLException("no test has a database");
            });
    registry.bind("lakeDataSource", DataSource.class, never);
    registry.bind("lakeConnections", LakeQueue.connections());
  }

  private MockEndpoint lake() {
    return getMockEndpoint("mock:jdbc:lakeDataSource");
  }

  private Exchange claimed() {
    Map<String, Object> first = Map.of("seq", 1, "sender", "AU", "sender_ref", "a");
    Map<String, Object> second = Map.of("seq", 2, "sender", "AU", "sender_ref", "b");
    return claimed(List.of(first, second), Map.of(), Map.of());
  }

  @Test
  void the_jobs_of_a_batch_go_to_the_lake_in_one_statement_and_its_rows_are_the_outcome()
      throws Exception {
    List<Map<String, Object>> rows = List.of(Map.of("reference", "AU:a", "seq", 1L));
    lake().expectedMessageCount(1);
    lake().whenAnyExchangeReceived(e -> e.getMessage().setBody(rows));

    Exchange ended = claimed();

    lake().assertIsSatisfied();
    assertThat(ended.getMessage().getBody()).isEqualTo(rows);
    var sent = lake().getExchanges().get(0).getMessage();
    assertThat(sent.getHeader("jobs"))
        .asInstanceOf(STRING)
        .contains("\"sender_ref\":\"a\"", "\"sender_ref\":\"b\"")
        .startsWith("[")
        .endsWith("]");
  }

  @Test
  void the_statement_is_the_routes_own_and_takes_the_jobs_as_a_parameter() throws Exception {
    StringBuilder statement = new StringBuilder();
    lake().whenAnyExchangeReceived(e -> statement.append(e.getMessage().getBody(String.class)));

    claimed();

    assertThat(statement.toString()).contains("intergov.message_lake", ":?jobs", table);
  }

  @Test
  void what_the_lake_refuses_fails_the_exchange() {
    SQLException poison = new SQLException("a constraint");
    lake()
        .whenAnyExchangeReceived(
            e -> {
              throw poison;
            });

    assertThat(claimed().getException()).isSameAs(poison);
  }
}
