package org.intergov.outbound.cli;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.message.Utf8;

/**
 * Which gateway commands talk to when their options do not say: what the environment says, or else
 * a file of properties, or else the gateway of this machine.
 */
final class GatewayProfile {
  /** In the home directory, unless {@code INTERGOV_PROFILE} names another file. */
  static final String FILE = ".intergov-outbound.properties";

  private static final List<String> KEYS = List.of("url", "token", "token-file", "ca");

  private final Map<String, String> environment;
  private final Properties file;

  private GatewayProfile(Map<String, String> environment, Properties file) {
    this.environment = environment;
    this.file = file;
  }

  /** A profile that cannot be used. */
  static final class BadProfileException extends Exception {
    private static final long serialVersionUID = 1L;

    BadProfileException(String message) {
      super(message);
    }
  }

  /**
   * Reads the file, if there is one.
   *
   * @throws BadProfileException if it was named and is not there, cannot be read or has another key
   */
  static GatewayProfile read(Map<String, String> environment, Path home)
      throws BadProfileException {
    String named = environment.get("INTERGOV_PROFILE");
    Path path = named == null ? home.resolve(FILE) : Path.of(named);
    Properties file = new Properties();
    if (named != null || Files.exists(path)) {
      try {
        file.load(new StringReader(Utf8.withoutMark(Files.readString(path))));
      } catch (IOException | IllegalArgumentException e) {
        throw new BadProfileException("the profile " + path + " cannot be read: " + Cause.of(e));
      }
      TreeSet<String> unknown = new TreeSet<>(file.stringPropertyNames());
      KEYS.forEach(unknown::remove);
      if (!unknown.isEmpty()) {
        throw new BadProfileException(
            "the profile %s has %s, expected some of %s".formatted(path, unknown, KEYS));
      }
    }
    return new GatewayProfile(environment, file);
  }

  String url() {
    String said = said("INTERGOV_URL", "url");
    if (said != null) {
      return said;
    }
    String scheme = environment.containsKey("INTERGOV_API_TLS_CERTIFICATE") ? "https" : "http";
    return scheme + "://127.0.0.1:" + environment.getOrDefault("INTERGOV_API_PORT", "8080");
  }

  /** Null: none. */
  String token() {
    return said("INTERGOV_TOKEN", "token");
  }

  /** Null: none. */
  Path tokenFile() {
    String path = file.getProperty("token-file");
    return path == null || path.isBlank() ? null : Path.of(path.strip());
  }

  /** Null: whom Java trusts. */
  Path ca() {
    String path = said("INTERGOV_CA", "ca");
    return path == null ? null : Path.of(path);
  }

  private String said(String variable, String key) {
    String value = environment.get(variable);
    if (value == null || value.isBlank()) {
      value = file.getProperty(key);
    }
    return value == null || value.isBlank() ? null : value.strip();
  }
}
