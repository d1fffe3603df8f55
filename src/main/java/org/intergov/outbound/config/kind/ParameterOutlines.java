package org.intergov.outbound.config.kind;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.Durations;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.intergov.outbound.config.yaml.Outline;

/** What the parameters of a kind may be, as {@link ParametersReader} reads them. */
public final class ParameterOutlines {

  private static final String NOT_BLANK = "[\\s\\S]*\\S[\\s\\S]*";
  private static final String NOT_EMPTY = "[\\s\\S]+";
  private static final String URL = "[hH][tT][tT][pP][sS]?://[^\\s/?#@]+(?:[/?][^\\s#]*)?";
  private static final String HEADER = "[A-Za-z][A-Za-z0-9-]{0,63}";

  private ParameterOutlines() {}

  public static Outline of(KindDescription kind) {
    Outline parameters = new Outline(List.of());
    for (Parameter p : kind.parameters()) {
      parameters.put(p.name(), schema(p, kind.name().equals("http")));
      requireIf(p, parameters);
    }
    return parameters;
  }

  private static void requireIf(Parameter p, Outline in) {
    if (p.required() && p.defaultValue() == null) {
      in.require(p.name());
    }
  }

  private static String description(Parameter p) {
    return p.description() == null ? "" : p.description();
  }

  private static Map<String, Object> schema(Parameter p, boolean http) {
    if (p.isMap()) {
      return map(p);
    } else if (http && p.name().equals("url")) {
      return Outline.word(description(p), ChannelUrl.PATTERN);
    }
    return schema(p, Duration.ofHours(1));
  }

  private static Map<String, Object> schema(Parameter p, Duration most) {
    if (!p.choices().isEmpty()) {
      return Outline.choice(description(p), p.choices());
    } else if (ParameterForms.isDuration(p.defaultValue(), most)) {
      return Outline.word(description(p), Durations.PATTERN);
    } else if (p.name().equals("key-header")) {
      return Outline.text(description(p), HEADER);
    }
    return p.required() ? Outline.text(description(p), NOT_BLANK) : Outline.text(description(p));
  }

  private static Map<String, Object> schemaInMap(Parameter p) {
    return switch (p.name()) {
      case "callback-url" -> Outline.word(description(p), ChannelUrl.PATTERN);
      case "token-url", "discovery" -> Outline.word(description(p), URL);
      case "header" -> Outline.text(description(p), HEADER);
      case "username" -> Outline.text(description(p), "[^:]+");
      case "key", "client-id", "client-secret", "password" ->
          Outline.text(description(p), p.required() ? NOT_BLANK : NOT_EMPTY);
      default -> schema(p, ParameterForms.MOST_IN_MAP);
    };
  }

  private static Map<String, Object> map(Parameter map) {
    if (map.forms().containsKey("")) {
      Outline only = new Outline(List.of());
      addAll(map.forms().get(""), only);
      if (map.name().equals(TlsCheck.MAP)) {
        TlsCheck.outline(only);
      }
      return described(map, only.schema());
    }
    List<Object> byType = new ArrayList<>();
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put(
        Parameter.TYPE, Outline.choice("Which of its forms it has.", map.forms().keySet()));
    map.forms()
        .forEach(
            (type, keys) -> {
              Outline form = new Outline(List.of(Parameter.TYPE));
              addAll(keys, form);
              byType.add(Outline.when(Parameter.TYPE, type, form.schema()));
            });
    return described(
        map,
        Outline.object(
            "type",
            "object",
            "properties",
            properties,
            "required",
            List.of(Parameter.TYPE),
            "allOf",
            byType));
  }

  private static Map<String, Object> described(Parameter map, Map<String, Object> schema) {
    Map<String, Object> described = Outline.object("description", description(map));
    described.putAll(schema);
    return described;
  }

  private static void addAll(List<Parameter> keys, Outline to) {
    for (Parameter key : keys) {
      to.put(key.name(), schemaInMap(key));
      requireIf(key, to);
    }
    List<String> either = List.of("token-url", "discovery");
    if (keys.stream().map(Parameter::name).toList().containsAll(either)) {
      to.also(
          "oneOf", either.stream().map(key -> Outline.object("required", List.of(key))).toList());
    }
  }
}
