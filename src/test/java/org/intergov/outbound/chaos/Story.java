package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** What is known of one message, in the order of time; the journal in its own. */
final class Story {
  private static final Comparator<Entry> IN_TIME = Comparator.comparingLong(Entry::at);

  /** What the journal says of a post, once for each. */
  private static final Set<String> ATTEMPTS =
      Set.of("posted", "refused", "unavailable", "unknown", "lease_lost");

  private final String ref;
  private final List<Entry> entries;

  Story(String ref, List<Entry> entries) {
    this.ref = ref;
    this.entries = entries.stream().sorted(IN_TIME).toList();
  }

  /** The reference, without sender, that a key is made of. */
  static String refOf(String key) {
    return key.replaceFirst("^AU:", "").replaceFirst("#[0-9]+$", "");
  }

  String ref() {
    return ref;
  }

  List<Entry> entries() {
    return entries;
  }

  Stream<Entry> of(Kind kind) {
    return entries.stream().filter(e -> e.kind() == kind);
  }

  List<Entry> journal() {
    return of(Kind.JOURNAL).sorted(Comparator.comparingLong(e -> e.number("seq"))).toList();
  }

  /** How many rows of the journal have this event. */
  long count(String event) {
    return of(Kind.JOURNAL).filter(e -> e.is("event", event)).count();
  }

  boolean any(Kind kind, Predicate<Entry> condition) {
    return of(kind).anyMatch(condition);
  }

  /** The only one of its kind; null if there is none. */
  Entry only(Kind kind) {
    return of(kind).findFirst().orElse(null);
  }

  /** Posts and what became of them. */
  List<Post> posts() {
    List<Post> posts = new ArrayList<>();
    of(Kind.POST)
        .forEach(
            post ->
                posts.add(
                    new Post(
                        post,
                        of(Kind.REPLY)
                            .filter(
                                r ->
                                    r.is("channel", post.get("channel"))
                                        && r.is("n", post.get("n")))
                            .findFirst()
                            .orElse(null))));
    return posts;
  }

  /** When it was first handed in; the beginning of time if nobody saw that. */
  long submittedAt() {
    return of(Kind.SUBMIT).mapToLong(Entry::at).min().orElse(0);
  }

  /** How many posts to this channel the journal knew of by then. */
  long attempts(String channel, long by) {
    return of(Kind.JOURNAL)
        .filter(j -> j.is("channel", channel) && j.at() <= by)
        .filter(j -> ATTEMPTS.contains(j.get("event")))
        .count();
  }

  /**
   * When it began, as its journal has it: what was before has been lost with the database, and its
   * client has handed it in again.
   */
  long began(World world) {
    return world.mayLack(this)
        ? of(Kind.JOURNAL)
            .filter(j -> j.is("event", "submitted"))
            .mapToLong(Entry::at)
            .findFirst()
            .orElse(0)
        : 0;
  }

  /**
   * A post that a channel saw.
   *
   * @param reply null if it never came to one
   */
  record Post(Entry arrived, Entry reply) {
    String channel() {
      return arrived.get("channel");
    }

    String key() {
      return arrived.get("key");
    }

    long at() {
      return arrived.at();
    }

    /** {@code taken}, {@code refused}, {@code unavailable}, or {@code unclear}. */
    String sort() {
      return reply == null ? "unclear" : reply.get("sort");
    }

    /** Whether the channel may have the message because of it. */
    boolean mayHaveIt() {
      return sort().equals("taken") || sort().equals("unclear");
    }
  }
}
