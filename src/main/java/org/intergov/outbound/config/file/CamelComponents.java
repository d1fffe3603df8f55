package org.intergov.outbound.config.file;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Properties;
import org.intergov.outbound.config.Suggestion;
import org.intergov.outbound.message.Quote;

/** Camel's own components: which artifact each is in, whether the gateway has it or not. */
public final class CamelComponents {
  private static final Properties ARTIFACTS = read();
  private static final String VERSION = (String) ARTIFACTS.remove(".version");

  private CamelComponents() {}

  private static Properties read() {
    try (InputStream in =
        CamelComponents.class.getResourceAsStream("camel-components.properties")) {
      Properties read = new Properties();
      read.load(in);
      return read;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of Camel, as the gateway has it. */
  public static String version() {
    return VERSION;
  }

  static Optional<String> artifact(String scheme) {
    return Optional.ofNullable(ARTIFACTS.getProperty(scheme));
  }

  /** What is to be done about a component that is not there. */
  static String remedy(String scheme) {
    return artifact(scheme)
        .map(
            artifact ->
                "it on the class path; it is in %s %s, which is not in the JAR: put that and what it needs into lib/ (java -jar intergov-outbound.jar lib %s says how)"
                    .formatted(artifact, VERSION, artifact))
        .orElseGet(
            () ->
                "a component of Camel's, or one whose JAR is in lib/"
                    + Suggestion.closest(ARTIFACTS.stringPropertyNames(), scheme)
                        .map(known -> "; did you mean " + Quote.of(known) + "?")
                        .orElse(""));
  }
}
