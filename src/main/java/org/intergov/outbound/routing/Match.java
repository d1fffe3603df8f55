package org.intergov.outbound.routing;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.intergov.outbound.message.Message;

/**
 * A rule over a message: every field it names must match.
 *
 * @param fields one for each field the rule names, in the order of {@link MatchField}
 */
public record Match(List<FieldMatch> fields) {

  public Match {
    fields = List.copyOf(fields);
  }

  /** Whether the message matches. */
  public boolean matches(Message m) {
    for (int i = 0; i < fields.size(); i++) {
      FieldMatch wanted = fields.get(i);
      if (!wanted.matches(wanted.field().of(m))) {
        return false;
      }
    }
    return true;
  }

  /** The first field that keeps the message from matching. */
  Optional<FieldMatch> firstMismatch(Message m) {
    return fields.stream().filter(f -> !f.matches(f.field().of(m))).findFirst();
  }

  /** What the rule wants of a field; any value, where it does not name it. */
  public FieldMatch field(MatchField field) {
    for (FieldMatch f : fields) {
      if (f.field() == field) {
        return f;
      }
    }
    return FieldMatch.any(field);
  }

  /** As it is written in the file: {@code receiver: SG, predicate: UN.CEFACT.*}. */
  @Override
  public String toString() {
    return fields.stream().map(FieldMatch::toString).collect(Collectors.joining(", "));
  }
}
