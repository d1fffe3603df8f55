package org.intergov.outbound.config.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.TreeSet;
import org.apache.camel.catalog.CamelCatalog;
import org.apache.camel.catalog.DefaultCamelCatalog;
import org.junit.jupiter.api.Test;

/** What is known of Camel's components, against the catalog of the Camel that is used. */
class CamelComponentsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final CamelCatalog CATALOG = new DefaultCamelCatalog();

  @Test
  void each_component_of_the_catalog_is_known_by_each_of_its_names_with_its_artifact()
      throws Exception {
    assertThat(CamelComponents.version()).isEqualTo(CATALOG.getCatalogVersion());
    TreeSet<String> wrong = new TreeSet<>();
    for (String name : CATALOG.findComponentNames()) {
      String schema = CATALOG.componentJSonSchema(name);
      String artifact = JSON.readTree(schema).at("/component/artifactId").asText();
      if (!CamelComponents.artifact(name).filter(artifact::equals).isPresent()) {
        wrong.add(name + " is in " + artifact);
      }
    }
    assertThat(CATALOG.findComponentNames()).hasSizeGreaterThan(300);
    assertThat(wrong).isEmpty();
  }

  @Test
  void what_is_missing_is_named_with_the_artifact_and_what_is_mistyped_with_a_guess() {
    assertThat(CamelComponents.remedy("ftp")).contains("camel-ftp 4.", "lib camel-ftp");
    assertThat(CamelComponents.remedy("smtps")).contains("camel-mail 4.", "lib camel-mail");
    assertThat(CamelComponents.remedy("htpp")).endsWith("did you mean \"http\"?");
    assertThat(CamelComponents.remedy("quite-another-thing-of-ours"))
        .isEqualTo("a component of Camel's, or one whose JAR is in lib/");
  }
}
