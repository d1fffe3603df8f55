package org.intergov.outbound.config.yaml;

import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intergov.outbound.message.Utf8;

/** Resolves <code>{{env:NAME}}</code> and <code>{{env:NAME:default}}</code>. */
public final class Placeholders {

  private static final Pattern ENV =
      Pattern.compile("env:(?<name>[A-Za-z_][A-Za-z0-9_]*)(:(?<fallback>.*))?", Pattern.DOTALL);

  private final Function<String, String> env;

  Placeholders(Function<String, String> env) {
    this.env = env;
  }

  /**
   * The text with its placeholders resolved, or nothing if one cannot be.
   *
   * @param expected told what should be there, once for each placeholder that cannot be resolved
   */
  Optional<String> resolve(String text, Consumer<String> expected) {
    int open = text.indexOf("{{");
    if (open < 0) {
      return Optional.of(text);
    }
    StringBuilder resolved = new StringBuilder();
    boolean complete = true;
    int done = 0;
    while (open >= 0) {
      int close = text.indexOf("}}", open);
      if (close < 0) {
        expected.accept("}} after {{");
        return Optional.empty();
      }
      resolved.append(text, done, open);
      Optional<String> value = value(text.substring(open + 2, close), expected);
      complete &= value.isPresent();
      resolved.append(value.orElse(""));
      done = close + 2;
      open = text.indexOf("{{", done);
    }
    resolved.append(text, done, text.length());
    return complete ? Optional.of(resolved.toString()) : Optional.empty();
  }

  private Optional<String> value(String inside, Consumer<String> expected) {
    Matcher matcher = ENV.matcher(inside);
    if (!matcher.matches()) {
      expected.accept("{{env:NAME}} or {{env:NAME:default}}, no other placeholder");
      return Optional.empty();
    }
    String name = matcher.group("name");
    String value = env.apply(name);
    value = value == null ? matcher.group("fallback") : value;
    if (value == null) {
      expected.accept(
          "the environment variable %s to be set, or a default: {{env:%s:…}}"
              .formatted(name, name));
      return Optional.empty();
    }
    if (Utf8.isGarbled(value)) {
      expected.accept(
          "characters in the environment variable %s that this process can read: run it with a UTF-8 locale, such as LC_ALL=C.UTF-8"
              .formatted(name));
      return Optional.empty();
    }
    if (value.contains("{{")) {
      expected.accept("no {{ in the value of the environment variable " + name);
      return Optional.empty();
    }
    return Optional.of(value);
  }

  /** Whether the value itself stands in the text: without a placeholder, or as its default. */
  public static boolean standsInText(String text) {
    int open = text.indexOf("{{");
    if (open < 0) {
      return !text.isEmpty();
    }
    while (open >= 0) {
      int close = text.indexOf("}}", open);
      Matcher matcher = ENV.matcher(close < 0 ? "" : text.substring(open + 2, close));
      if (matcher.matches()
          && matcher.group("fallback") != null
          && !matcher.group("fallback").isEmpty()) {
        return true;
      }
      open = close < 0 ? -1 : text.indexOf("{{", close);
    }
    return false;
  }
}
