package org.intergov.outbound.routing;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a kind of channel is known to need, as its route templates declare it.
 *
 * @param name as {@code kind} names it
 * @param hasStatus whether a delivery can be asked for its status
 * @param parameters what may and what must be given
 */
public record KindDescription(String name, boolean hasStatus, List<Parameter> parameters) {

  public KindDescription {
    parameters = List.copyOf(parameters);
  }

  /** The parameter of that name. */
  public Optional<Parameter> parameter(String name) {
    return parameters.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  /**
   * A parameter of a kind: a text, or a map of texts.
   *
   * @param required whether a channel must give it, unless there is a default
   * @param defaultValue what the template takes when it is not given; null if there is none
   * @param choices the words it may be; empty: any text
   * @param forms empty for a text. A map of one form has it under the empty name; a map of several
   *     has each under the word by which the map's {@code type} chooses it
   */
  public record Parameter(
      String name,
      String description,
      boolean required,
      String defaultValue,
      List<String> choices,
      Map<String, List<Parameter>> forms) {

    /** The key of a map that chooses one of its forms. */
    public static final String TYPE = "type";

    public Parameter {
      choices = List.copyOf(choices);
      forms = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(forms));
    }

    /** A text. */
    public Parameter(String name, String description, boolean required, String defaultValue) {
      this(name, description, required, defaultValue, List.of(), Map.of());
    }

    /** How its template declares the keys of this map: {@code auth.basic.username}. */
    public List<String> declaredKeys() {
      List<String> names = new java.util.ArrayList<>();
      forms.forEach(
          (form, keys) ->
              keys.forEach(
                  key -> names.add(name + (form.isEmpty() ? "." : "." + form + ".") + key.name())));
      return names;
    }

    /** Whether it is a map. */
    public boolean isMap() {
      return !forms.isEmpty();
    }
  }
}
