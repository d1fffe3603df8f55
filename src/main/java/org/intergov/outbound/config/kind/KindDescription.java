package org.intergov.outbound.config.kind;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.intergov.outbound.routing.Tracking;

/**
 * What a kind of channel is known to need, as its route templates declare it.
 *
 * @param name as {@code kind} names it
 * @param hasStatus whether a delivery can be asked for its status
 * @param receiptsNeed the parameters with which a channel turns receipts on, none of them being
 *     required otherwise; no set: the kind has no receipts; an empty one: it always has
 * @param parameters what may and what must be given
 */
public record KindDescription(
    String name,
    boolean hasStatus,
    Optional<Set<String>> receiptsNeed,
    List<Parameter> parameters) {

  private static final String STATUS = "status";

  public KindDescription {
    receiptsNeed = receiptsNeed.map(Set::copyOf);
    parameters = List.copyOf(parameters);
  }

  /** The parameter of that name. */
  public Optional<Parameter> parameter(String name) {
    return parameters.stream().filter(p -> p.name().equals(name)).findFirst();
  }

  /** A kind without receipts. */
  public KindDescription(String name, boolean hasStatus, List<Parameter> parameters) {
    this(name, hasStatus, Optional.empty(), parameters);
  }

  /**
   * How a channel with these parameters is followed. Where a kind has an optional parameter {@code
   * status}, which says how to ask, nobody is asked without it.
   */
  public Tracking tracking(Map<String, String> given) {
    return new Tracking(
        hasStatus
            && parameter(STATUS).filter(p -> p.mayLack() && !isGiven(STATUS, given)).isEmpty(),
        receiptsNeed.filter(need -> need.stream().allMatch(n -> isGiven(n, given))).isPresent());
  }

  /** A text stands under its name, the keys of a map under {@code map.key}. */
  private static boolean isGiven(String name, Map<String, String> given) {
    return given.keySet().stream().anyMatch(k -> k.equals(name) || k.startsWith(name + "."));
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

    /** The same, where nobody has to give it. */
    public Parameter optional() {
      return new Parameter(name, description, false, defaultValue, choices, forms);
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

    /** The same text, but one of these words. */
    public Parameter choices(List<String> words) {
      return new Parameter(name, description, required, defaultValue, words, forms);
    }

    /** Whether a channel may leave it out, and then there is nothing. */
    boolean mayLack() {
      return !required && defaultValue == null;
    }

    /** Whether it is a map. */
    public boolean isMap() {
      return !forms.isEmpty();
    }
  }
}
