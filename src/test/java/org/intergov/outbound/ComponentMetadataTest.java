package org.intergov.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Set;
import java.util.TreeSet;
import org.apache.camel.CatalogCamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What Camel and its tools know of our components, made from their annotations by the build. */
class ComponentMetadataTest {
  /** Options that every endpoint of Camel's may have. */
  private static final Set<String> CAMELS =
      Set.of("bridgeErrorHandler", "exceptionHandler", "exchangePattern", "lazyStartProducer");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          leased          | queue batch period
          outcome         | word
          channel-http    | url method query timeout connectTimeout connections keepAlive maxAnswerBytes keyHeader contentType paging userAgent auth tls websub
          channel-workers | step threads timeout secrets
          """)
  void camel_knows_each_option_of_the_component_with_a_description(String scheme, String options)
      throws Exception {
    JsonNode properties;
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      String schema = ((CatalogCamelContext) camel).getComponentParameterJsonSchema(scheme);
      assertThat(schema).as("the metadata of %s", scheme).isNotNull();
      properties = new ObjectMapper().readTree(schema).path("properties");
    }
    Set<String> known = new TreeSet<>();
    properties.fieldNames().forEachRemaining(known::add);
    known.removeAll(CAMELS);
    assertThat(known).containsExactlyInAnyOrder(options.split(" "));
    for (String option : known) {
      assertThat(properties.path(option).path("description").asText()).as(option).isNotBlank();
    }
  }
}
