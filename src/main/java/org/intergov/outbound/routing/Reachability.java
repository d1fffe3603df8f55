package org.intergov.outbound.routing;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether an entry can carry any message at all. Another entry that takes the same messages does
 * not matter: it is what failover goes to.
 */
public final class Reachability {

  /** Enough for any table written by people; beyond it an entry counts as reachable. */
  private static final int MOST_PARTS = 10_000;

  private final Optional<String> jurisdiction;
  private int parts;

  /**
   * @param jurisdiction the only sender; empty: not known, then it may be any
   */
  public Reachability(Optional<String> jurisdiction) {
    this.jurisdiction = jurisdiction;
  }

  /** The sender that an entry does not take although it is the only one; empty: there is none. */
  public Optional<String> leftOut(Match match) {
    return jurisdiction.filter(own -> !match.field(MatchField.SENDER).matches(own));
  }

  /** Whether some message that matches is allowed; a deny rule may still keep it out. */
  public boolean allowsAny(Match match, Screen screen) {
    return !allowed(match, screen).isEmpty();
  }

  /** Whether the deny rules keep out all that match and are allowed. */
  public boolean deniesAll(Match match, Screen screen) {
    parts = 0;
    return !screen.deny().isEmpty()
        && allowed(match, screen).stream().allMatch(m -> denied(m, screen.deny()));
  }

  private List<Match> allowed(Match match, Screen screen) {
    Match own =
        jurisdiction
            .map(sender -> new Match(List.of(FieldMatch.exactly(MatchField.SENDER, sender))))
            .map(sender -> and(match, sender))
            .orElse(match);
    if (screen.allow().isEmpty()) {
      return List.of(own);
    }
    return screen.allow().stream()
        .map(rule -> and(own, rule))
        .filter(both -> !both.isEmpty())
        .toList();
  }

  /**
   * Whether every message of the rule is denied, found by splitting it until one rule covers it.
   */
  private boolean denied(Match match, List<Match> deny) {
    if (++parts > MOST_PARTS) {
      return false;
    }
    if (deny.stream().anyMatch(rule -> covers(rule, match))) {
      return true;
    }
    for (FieldMatch field : match.fields()) {
      List<FieldMatch> alternatives = field.alternatives();
      if (alternatives.size() > 1) {
        return alternatives.stream().allMatch(one -> denied(with(match, one), deny));
      }
    }
    OptionalLong cut =
        deny.stream().flatMapToLong(rule -> match.size().cutsBy(rule.size())).findFirst();
    return cut.isPresent()
        && denied(sized(match, new SizeMatch(-1, cut.getAsLong())), deny)
        && denied(sized(match, new SizeMatch(cut.getAsLong(), Long.MAX_VALUE)), deny);
  }

  private static Match sized(Match match, SizeMatch part) {
    return new Match(match.fields(), match.size().and(part));
  }

  private static boolean covers(Match rule, Match match) {
    return rule.size().covers(match.size())
        && rule.fields().stream().allMatch(f -> f.covers(match.field(f.field())));
  }

  private static Match and(Match a, Match b) {
    List<FieldMatch> both = new ArrayList<>();
    for (MatchField field : MatchField.values()) {
      both.add(a.field(field).and(b.field(field)));
    }
    return new Match(both, a.size().and(b.size()));
  }

  private static Match with(Match match, FieldMatch replacement) {
    return new Match(
        match.fields().stream()
            .map(f -> f.field() == replacement.field() ? replacement : f)
            .toList(),
        match.size());
  }
}
