package org.intergov.outbound.channel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.model.RouteTemplateParameterDefinition;
import org.intergov.outbound.config.kind.KindDescription.Parameter;

/**
 * Reads what route templates declare. A name with a dot declares a key of a map: {@code tls.ca} is
 * key {@code ca} of {@code tls}; {@code auth.basic.username} is key {@code username} of {@code
 * auth} where its {@code type} is {@code basic}. The map itself is declared too, and is what the
 * route uses. A description that begins with {@code One of a, b:} declares the words a text may be.
 */
final class DeclaredParameters {
  private static final Pattern CHOICES =
      Pattern.compile("One of (?<words>[a-z0-9-]+(, [a-z0-9-]+)+)[.:].*", Pattern.DOTALL);

  private DeclaredParameters() {}

  /** The parameters of a kind; what two of its templates declare alike counts once. */
  static List<Parameter> read(List<RouteTemplateParameterDefinition> declared) {
    Map<String, Parameter> parameters = new LinkedHashMap<>();
    for (RouteTemplateParameterDefinition p : declared) {
      if (p.getName().indexOf('.') < 0) {
        Map<String, List<Parameter>> forms = formsOf(p.getName(), declared);
        parameters.putIfAbsent(p.getName(), parameter(p.getName(), p, forms));
      }
    }
    return List.copyOf(parameters.values());
  }

  private static Map<String, List<Parameter>> formsOf(
      String map, List<RouteTemplateParameterDefinition> declared) {
    Map<String, Map<String, Parameter>> forms = new LinkedHashMap<>();
    for (RouteTemplateParameterDefinition p : declared) {
      String[] names = p.getName().split("\\.");
      if (names.length > 1 && names[0].equals(map)) {
        String form = names.length == 2 ? "" : names[1];
        String key = names[names.length - 1];
        forms
            .computeIfAbsent(form, f -> new LinkedHashMap<>())
            .putIfAbsent(key, parameter(key, p, Map.of()));
      }
    }
    Map<String, List<Parameter>> lists = new LinkedHashMap<>();
    forms.forEach((form, keys) -> lists.put(form, new ArrayList<>(keys.values())));
    return lists;
  }

  private static Parameter parameter(
      String name, RouteTemplateParameterDefinition p, Map<String, List<Parameter>> forms) {
    boolean required = p.getDefaultValue() == null && !Boolean.FALSE.equals(p.getRequired());
    return new Parameter(
        name, p.getDescription(), required, p.getDefaultValue(), choices(p), forms);
  }

  private static List<String> choices(RouteTemplateParameterDefinition p) {
    Matcher m = CHOICES.matcher(p.getDescription() == null ? "" : p.getDescription());
    return m.matches() ? List.of(m.group("words").split(", ")) : List.of();
  }
}
