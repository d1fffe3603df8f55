package org.intergov.outbound.routing;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.Quote;

/**
 * A rule over a message: every field it names must match, and the size.
 *
 * @param fields one for each field the rule names, in the order of {@link MatchField}
 * @param size of the message
 */
public record Match(List<FieldMatch> fields, SizeMatch size) {

  public Match {
    fields = List.copyOf(fields);
  }

  /** A rule over fields alone. */
  public Match(List<FieldMatch> fields) {
    this(fields, SizeMatch.ANY);
  }

  /** Whether the message matches. */
  public boolean matches(Message m) {
    for (int i = 0; i < fields.size(); i++) {
      FieldMatch wanted = fields.get(i);
      if (!wanted.matches(wanted.field().of(m))) {
        return false;
      }
    }
    return size.matches(m);
  }

  /** Why the message does not match: the first field, or the size, that keeps it from it. */
  Optional<String> mismatch(Message m) {
    for (FieldMatch wanted : fields) {
      String value = wanted.field().of(m);
      if (!wanted.matches(value)) {
        return Optional.of(
            "%s is %s, this entry takes %s"
                .formatted(wanted.field().key(), Quote.of(value), wanted.values()));
      }
    }
    if (!size.matches(m)) {
      return Optional.of(
          "size is %dB, this entry takes %s".formatted(m.channelBytes(), size.values()));
    }
    return Optional.empty();
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

  /** Whether no message can match. */
  boolean isEmpty() {
    return size.isEmpty() || fields.stream().anyMatch(FieldMatch::isEmpty);
  }

  /** As it is written in the file: {@code receiver: SG, predicate: UN.CEFACT.*}. */
  @Override
  public String toString() {
    return Stream.concat(
            fields.stream().map(FieldMatch::toString),
            size.isAny() ? Stream.empty() : Stream.of(size.toString()))
        .collect(Collectors.joining(", "));
  }
}
