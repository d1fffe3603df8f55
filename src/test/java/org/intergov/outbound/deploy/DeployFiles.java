package org.intergov.outbound.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.intergov.outbound.config.Durations;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Reads the files that deploy the gateway, and the defaults of the gateway they must fit. */
final class DeployFiles {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Path DEFAULTS = Path.of("src/main/resources/application.properties");

  private DeployFiles() {}

  /** The YAML documents of a file; a key that is there twice is an error. */
  static List<JsonNode> yaml(Path file) {
    try (Reader in = Files.newBufferedReader(file)) {
      LoadSettings strict = LoadSettings.builder().setAllowDuplicateKeys(false).build();
      Iterable<Object> documents = new Load(strict).loadAllFromReader(in);
      return StreamSupport.stream(documents.spliterator(), false)
          .map(d -> (JsonNode) JSON.valueToTree(d))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The default of a setting, which must exist. */
  static String setting(String key) {
    String value = defaults().getProperty(key);
    if (value == null) {
      throw new AssertionError("no such setting: " + key);
    }
    return value;
  }

  static Duration duration(String key) {
    return Durations.parse(setting(key));
  }

  /** The settings as environment variables. */
  static Set<String> variables() {
    return defaults().stringPropertyNames().stream()
        .map(k -> k.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT))
        .collect(Collectors.toSet());
  }

  private static Properties defaults() {
    Properties defaults = new Properties();
    try (Reader in = Files.newBufferedReader(DEFAULTS)) {
      defaults.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return defaults;
  }

  /** Whether an image is named with a version, such as {@code postgres:17.6-bookworm}. */
  static boolean isPinned(String image) {
    return image.contains("@sha256:") || image.matches(".*:v?\\d+\\.\\d+[^:/]*");
  }
}
