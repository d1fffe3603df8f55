package org.intergov.outbound;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.message.Utf8;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gathers the settings from where they may stand, the stronger source last, and remembers which
 * source each value came from. Collects faults instead of stopping at the first.
 */
final class SettingSources {
  private static final Logger LOG = LoggerFactory.getLogger(SettingSources.class);

  /** A value and where it stands. */
  record Sourced(String value, String source) {}

  private final Map<Setting, Sourced> values = new EnumMap<>(Setting.class);
  private final List<String> faults = new ArrayList<>();

  /** The defaults inside the JAR. */
  SettingSources defaults() {
    try (InputStream in = SettingSources.class.getResourceAsStream("/application.properties")) {
      Properties defaults = new Properties();
      defaults.load(new java.io.InputStreamReader(in, StandardCharsets.UTF_8));
      put(defaults, "application.properties");
    } catch (IOException e) {
      faults.add("application.properties inside the JAR cannot be read: " + Cause.of(e));
    }
    return this;
  }

  SettingSources file(Path file) {
    if (!Files.exists(file)) {
      return this;
    }
    try {
      Properties properties = new Properties();
      properties.load(new StringReader(Utf8.withoutMark(Files.readString(file))));
      put(properties, file.toString());
    } catch (IOException | IllegalArgumentException e) {
      faults.add(file + ": cannot be read: " + Cause.of(e));
    }
    return this;
  }

  private void put(Properties properties, String source) {
    for (String key : properties.stringPropertyNames()) {
      Setting.ofKey(key)
          .ifPresentOrElse(
              s -> values.put(s, new Sourced(properties.getProperty(key).trim(), source)),
              () ->
                  faults.add(source + ": " + key + ": unknown key" + SettingSuggestions.key(key)));
    }
  }

  /**
   * An unknown variable is only a fault where it looks like a mistyped one: others may use the
   * prefix, Kubernetes for one.
   */
  SettingSources environment(Map<String, String> environment) {
    environment.forEach(
        (variable, value) -> {
          if (variable.startsWith(Setting.ENVIRONMENT_PREFIX)) {
            Setting.ofVariable(variable)
                .ifPresentOrElse(
                    s -> fromEnvironment(s, variable, value), () -> unknownVariable(variable));
          }
        });
    return this;
  }

  private void fromEnvironment(Setting setting, String variable, String value) {
    if (Utf8.isGarbled(value)) {
      faults.add(
          "environment: "
              + variable
              + ": found characters that cannot be read in the locale of this process (not shown),"
              + " expected a UTF-8 locale, such as LC_ALL=C.UTF-8");
    }
    values.put(setting, new Sourced(value.trim(), variable));
  }

  private void unknownVariable(String variable) {
    String suggestion = SettingSuggestions.variable(variable);
    if (suggestion.isEmpty()) {
      LOG.debug("environment: {} is not a setting; left alone", variable);
    } else {
      faults.add("environment: " + variable + ": unknown setting" + suggestion);
    }
  }

  SettingSources system(Properties properties) {
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(Setting.PREFIX)) {
        Setting.ofKey(key)
            .ifPresentOrElse(
                s -> values.put(s, new Sourced(properties.getProperty(key).trim(), "-D" + key)),
                () -> faults.add("-D" + key + ": unknown key" + SettingSuggestions.key(key)));
      }
    }
    return this;
  }

  /** Set by the program itself: the demo, a test. */
  SettingSources given(Map<String, String> given) {
    given.forEach(
        (key, value) ->
            values.put(Setting.ofKey(key).orElseThrow(), new Sourced(value, "given " + key)));
    return this;
  }

  Sourced get(Setting setting) {
    return values.getOrDefault(setting, new Sourced("", "default"));
  }

  void fault(Setting setting, String found, String expected) {
    faults.add(
        "%s: %s: found %s, expected %s"
            .formatted(
                get(setting).source(),
                setting.key(),
                found.isEmpty() ? "nothing" : '"' + found + '"',
                expected));
  }

  List<String> faults() {
    return faults;
  }
}
