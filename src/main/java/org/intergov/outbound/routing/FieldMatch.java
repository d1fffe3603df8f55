package org.intergov.outbound.routing;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a rule wants of one field; any of the alternatives will do.
 *
 * @param field which
 * @param any whether every value will do; then there are no other alternatives
 * @param exact values that will do as they are
 * @param prefixes beginnings that will do, each ending in a dot
 */
public record FieldMatch(MatchField field, boolean any, Set<String> exact, List<String> prefixes) {

  public FieldMatch {
    exact = Collections.unmodifiableSet(new LinkedHashSet<>(exact));
    prefixes = List.copyOf(prefixes);
  }

  /** Every value of the field. */
  public static FieldMatch any(MatchField field) {
    return new FieldMatch(field, true, Set.of(), List.of());
  }

  public static FieldMatch exactly(MatchField field, String value) {
    return new FieldMatch(field, false, Set.of(value), List.of());
  }

  /** Whether the value will do. */
  public boolean matches(String value) {
    if (any || exact.contains(value)) {
      return true;
    }
    for (int i = 0; i < prefixes.size(); i++) {
      if (value.startsWith(prefixes.get(i))) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return !any && exact.isEmpty() && prefixes.isEmpty();
  }

  /** Whether whatever the other one takes, this one takes too. */
  boolean covers(FieldMatch other) {
    return any
        || (!other.any
            && other.exact.stream().allMatch(this::matches)
            && other.prefixes.stream().allMatch(p -> prefixes.stream().anyMatch(p::startsWith)));
  }

  /** What both take. */
  FieldMatch and(FieldMatch other) {
    if (any) {
      return other;
    }
    if (other.any) {
      return this;
    }
    Set<String> both = new LinkedHashSet<>();
    exact.stream().filter(other::matches).forEach(both::add);
    other.exact.stream().filter(this::matches).forEach(both::add);
    Set<String> narrower = new LinkedHashSet<>();
    addNarrower(prefixes, other.prefixes, narrower);
    addNarrower(other.prefixes, prefixes, narrower);
    return new FieldMatch(field, false, both, List.copyOf(narrower));
  }

  private static void addNarrower(List<String> narrow, List<String> wide, Set<String> to) {
    narrow.stream().filter(n -> wide.stream().anyMatch(n::startsWith)).forEach(to::add);
  }

  /** One part for each alternative. */
  List<FieldMatch> alternatives() {
    if (any) {
      return List.of(this);
    }
    List<FieldMatch> parts = new ArrayList<>();
    exact.forEach(e -> parts.add(exactly(field, e)));
    prefixes.forEach(p -> parts.add(new FieldMatch(field, false, Set.of(), List.of(p))));
    return parts;
  }

  /** As it is written in the file: {@code receiver: SG}. */
  @Override
  public String toString() {
    return field.key() + ": " + values();
  }

  String values() {
    if (any) {
      return "*";
    }
    List<String> written = new ArrayList<>(exact);
    prefixes.forEach(p -> written.add(p + "*"));
    return written.size() == 1 ? written.get(0) : written.toString();
  }
}
