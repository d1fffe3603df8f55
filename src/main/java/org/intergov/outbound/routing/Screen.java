package org.intergov.outbound.routing;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.intergov.outbound.message.Message;

/**
 * Which of the matching messages a channel must not carry: those that a deny rule matches, and,
 * where there are allow rules, those that none of them matches.
 *
 * @param allow empty: all
 * @param deny empty: none
 */
public record Screen(List<Match> allow, List<Match> deny) {

  /** Lets every message through. */
  public static final Screen NONE = new Screen(List.of(), List.of());

  public Screen {
    allow = List.copyOf(allow);
    deny = List.copyOf(deny);
  }

  /** The text of the rule that screens the message; empty if it may pass. */
  public Optional<String> screens(Message m) {
    for (int i = 0; i < deny.size(); i++) {
      if (deny.get(i).matches(m)) {
        return Optional.of("deny { " + deny.get(i) + " }");
      }
    }
    if (allow.isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < allow.size(); i++) {
      if (allow.get(i).matches(m)) {
        return Optional.empty();
      }
    }
    return Optional.of(
        allow.stream()
            .map(rule -> "{ " + rule + " }")
            .collect(Collectors.joining(" or ", "allow only ", "")));
  }
}
