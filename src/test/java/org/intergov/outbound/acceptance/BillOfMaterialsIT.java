package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The bill of materials: it lists what is in the JAR, and nothing else. */
class BillOfMaterialsIT {
  private static final Path BOM = Path.of("target", "bom.json");

  @BeforeAll
  static void isThere() {
    assumeTrue(Files.exists(BOM), "NOT CHECKED: built offline (-o), where Maven makes no " + BOM);
  }

  private static JsonNode bom() throws IOException {
    return new ObjectMapper().readTree(BOM.toFile());
  }

  private static List<JsonNode> components() throws IOException {
    return StreamSupport.stream(bom().path("components").spliterator(), false).toList();
  }

  @Test
  void the_jar_carries_its_own_bill() throws IOException {
    try (JarFile jar = new JarFile(GatewayProcess.jar().toFile())) {
      ZipEntry entry = jar.getEntry("META-INF/sbom/intergov-outbound.cdx.json");
      assertThat(entry).isNotNull();
      assertThat(jar.getInputStream(entry).readAllBytes()).isEqualTo(Files.readAllBytes(BOM));
    }
    assertThat(bom().path("bomFormat").asText()).isEqualTo("CycloneDX");
    assertThat(bom().at("/metadata/component/name").asText()).isEqualTo("intergov-outbound");
  }

  @Test
  void every_component_has_a_version_a_licence_and_a_checksum() throws IOException {
    assertThat(components()).hasSizeGreaterThan(50);
    for (JsonNode component : components()) {
      String name = component.path("purl").asText();
      assertThat(name).startsWith("pkg:maven/");
      assertThat(component.path("version").asText()).as(name).isNotEmpty();
      assertThat(component.path("licenses")).as("licences of %s", name).isNotEmpty();
      assertThat(component.at("/hashes").toString()).as(name).contains("SHA-256");
    }
  }

  /** Of the libraries on the class path of the tests, some of which are for tests alone. */
  @Test
  void lists_the_libraries_whose_files_are_in_the_jar_and_no_others() throws IOException {
    Set<String> inside = new TreeSet<>();
    try (JarFile gateway = new JarFile(GatewayProcess.jar().toFile())) {
      for (String path : System.getProperty("java.class.path").split(File.pathSeparator)) {
        Path library = Path.of(path).toAbsolutePath();
        if (isLibrary(library) && isInside(library, gateway)) {
          inside.add(library.getFileName().toString());
        }
      }
    }
    Set<String> listed =
        components().stream()
            .map(c -> c.path("name").asText() + "-" + c.path("version").asText() + ".jar")
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(inside).hasSizeGreaterThan(50).isSubsetOf(listed);
    listed.removeAll(inside);
    assertThat(listed).as("listed, but not in the JAR").allMatch(BillOfMaterialsIT::isEmpty);
  }

  private static boolean isLibrary(Path file) {
    return file.toString().endsWith(".jar") && !file.equals(GatewayProcess.jar());
  }

  private static boolean isInside(Path library, JarFile gateway) throws IOException {
    try (JarFile jar = new JarFile(library.toFile())) {
      List<String> files =
          jar.stream()
              .map(ZipEntry::getName)
              .filter(
                  n -> !n.endsWith("/") && !n.startsWith("META-INF/") && !n.endsWith("-info.class"))
              .toList();
      return !files.isEmpty() && files.stream().allMatch(f -> gateway.getEntry(f) != null);
    }
  }

  /** Libraries of nothing but metadata; nothing of them can be found in the JAR. */
  private static boolean isEmpty(String library) {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(p -> p.endsWith(File.separator + library))
        .allMatch(
            p -> {
              try (JarFile jar = new JarFile(p)) {
                return jar.stream()
                    .map(ZipEntry::getName)
                    .allMatch(n -> n.endsWith("/") || n.startsWith("META-INF/"));
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
  }
}
