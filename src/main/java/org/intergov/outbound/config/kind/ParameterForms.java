package org.intergov.outbound.config.kind;

import java.time.Duration;
import java.util.Optional;
import org.intergov.outbound.config.Durations;
import org.intergov.outbound.config.Suggestion;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.Text;

/**
 * Which values a parameter takes, by what its template declares and by its name: choices,
 * durations, URLs, names of HTTP headers, what goes into one.
 */
final class ParameterForms {

  private static final String URL_FORM =
      "an absolute http or https URL without user and fragment, such as https://auth.example/token";

  private static final String HEADER_FORM =
      "the name of an HTTP header that the gateway does not set itself, such as Idempotency-Key";

  static final Duration MOST_IN_MAP = Duration.ofDays(30);

  private final Source source;

  ParameterForms(Source source) {
    this.source = source;
  }

  /** The value as the route gets it; nothing, and a problem, if it is none. */
  Optional<String> check(Parameter parameter, Text text) {
    return check(parameter, text, Duration.ofHours(1));
  }

  private Optional<String> check(Parameter parameter, Text text, Duration most) {
    String value = text.value();
    String name = parameter.name();
    if (parameter.required() && value.isBlank()) {
      return refuse(text, "a value that is not blank");
    } else if (!parameter.choices().isEmpty() && !parameter.choices().contains(value)) {
      return refuse(text, Suggestion.oneOf(parameter.choices(), text.written()));
    } else if (isDuration(parameter.defaultValue(), most) && !isDuration(value, most)) {
      return refuse(text, Durations.FORM);
    } else if (name.equals("key-header") && !isHeader(value)) {
      return refuse(text, HEADER_FORM);
    }
    return Optional.of(value);
  }

  /** The same for a key of a map: these names mean the same in every map. */
  Optional<String> checkInMap(Parameter parameter, Text text) {
    String value = text.value();
    return switch (parameter.name()) {
      case "callback-url" -> ChannelUrl.read(source, text);
      case "token-url", "discovery" ->
          HttpAddress.read(value).isPresent() ? Optional.of(value) : refuse(hidden(text), URL_FORM);
      case "header" -> isHeader(value) ? Optional.of(value) : refuse(text, HEADER_FORM);
      case "username" ->
          value.isEmpty() || value.chars().anyMatch(c -> c == ':' || Character.isISOControl(c))
              ? refuse(text, "a non-empty name without colons or control characters")
              : Optional.of(value);
      case "key", "client-id", "client-secret", "password" ->
          value.isEmpty() || value.chars().anyMatch(Character::isISOControl)
              ? refuse(hidden(text), "a non-empty value without control characters")
              : check(parameter, text, MOST_IN_MAP);
      default -> check(parameter, text, MOST_IN_MAP);
    };
  }

  private Optional<String> refuse(Text text, String expected) {
    source.error(text, expected);
    return Optional.empty();
  }

  private static Text hidden(Text text) {
    return new Text(text.value(), text.written(), text.line(), text.path(), true);
  }

  /** A parameter whose default is a duration is one. */
  static boolean isDuration(String text, Duration most) {
    if (text == null) {
      return false;
    }
    try {
      return Durations.parse(text).compareTo(most) <= 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** A token (RFC 9110, 5.6.2) that HTTP itself does not use. */
  private static boolean isHeader(String name) {
    return name.matches("[A-Za-z][A-Za-z0-9-]{0,63}")
        && !name.matches(
            "(?i)content-.*|host|connection|transfer-encoding|te|trailer|upgrade|expect|accept"
                + "|keep-alive|authorization|cookie|proxy-.*");
  }
}
