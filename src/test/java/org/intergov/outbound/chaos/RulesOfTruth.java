package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What the lake says is what the channels say. */
final class RulesOfTruth {
  private RulesOfTruth() {}

  static List<Rule> all() {
    return List.of(
        Rule.of(
            "truly-accepted",
            "A message that the lake calls accepted is one that its channel has, under the id that the lake shows, and whose last word was confirmed.",
            RulesOfTruth::trulyAccepted),
        Rule.of(
            "rightly-rejected",
            "A message is rejected only if every channel of a table that was in force refused it, or for the reason that the lake names.",
            RulesOfTruth::rightlyRejected),
        Rule.of(
            "revocation-seen",
            "A delivery that its channel revoked while it was watched is journaled as revoked.",
            RulesOfTruth::revocationSeen));
  }

  private static boolean resolved(Story story, String delivered) {
    return story.any(Kind.OPERATOR, o -> o.is("what", "resolve") && o.is("delivered", delivered));
  }

  private static List<String> trulyAccepted(Story story, World world) {
    Entry lake = story.only(Kind.LAKE);
    if (lake == null || !lake.is("status", "accepted")) {
      return List.of();
    }
    String channel = lake.get("channel");
    String id = lake.get("txn");
    if (id.isEmpty()) {
      return resolved(story, "true")
          ? List.of()
          : List.of("is accepted without an id of channel " + channel);
    }
    boolean ours =
        story.any(
            Kind.REPLY, r -> r.is("channel", channel) && r.is("id", id) && r.is("stored", "true"));
    if (!ours) {
      return List.of(
          "is accepted as " + id + " of " + channel + ", which has no such delivery of it");
    }
    if (resolved(story, "true") || !world.channel(channel).is("confirms", "when-asked")) {
      return List.of();
    }
    Entry last =
        story
            .of(Kind.WORD)
            .filter(w -> w.is("channel", channel) && w.is("id", id))
            .max(Comparator.comparingLong(Entry::at))
            .orElse(null);
    if (last == null) {
      return List.of("is accepted, and " + channel + " has never said a word of " + id);
    }
    boolean watched =
        !story.any(
            Kind.JOURNAL, j -> j.is("event", "final") && j.is("txn", id) && j.at() <= last.at());
    return last.is("word", "confirmed") || !watched || mayBeUnheard(story, last)
        ? List.of()
        : List.of(
            "is accepted, and the last word of "
                + channel
                + " on "
                + id
                + " is "
                + last.get("word"));
  }

  private static List<String> rightlyRejected(Story story, World world) {
    Entry lake = story.only(Kind.LAKE);
    Entry submit = story.only(Kind.SUBMIT);
    if (lake == null || submit == null || !lake.is("status", "rejected")) {
      return List.of();
    }
    long end = story.of(Kind.JOURNAL).mapToLong(Entry::at).max().orElse(Long.MAX_VALUE);
    List<World.InForce> tables = world.tables(story.submittedAt(), end);
    String reason = lake.get("reason");
    Set<String> no = saidNo(story);
    boolean right =
        switch (reason) {
          case "no_route" ->
              tables.stream().anyMatch(t -> t.channels(submit.get("receiver")).isEmpty());
          case "refused", "undeliverable" ->
              tables.stream().anyMatch(t -> no.containsAll(t.channels(submit.get("receiver"))));
          case "revoked" ->
              story.any(
                  Kind.WORD,
                  w ->
                      w.is("word", "revoked")
                          && world.channel(w.get("channel")).is("on-revoked", "reject"));
          case "operator" -> resolved(story, "false");
          default -> false;
        };
    return right ? List.of() : List.of("is rejected as " + reason + "; only " + no + " said no");
  }

  private static Set<String> saidNo(Story story) {
    Set<String> no = new HashSet<>();
    story
        .of(Kind.REPLY)
        .filter(r -> r.is("sort", "refused"))
        .forEach(r -> no.add(r.get("channel")));
    story
        .of(Kind.WORD)
        .filter(w -> w.is("word", "undeliverable"))
        .forEach(w -> no.add(w.get("channel")));
    return no;
  }

  private static List<String> revocationSeen(Story story, World world) {
    List<String> broken = new ArrayList<>();
    story
        .of(Kind.WORD)
        .filter(w -> w.is("word", "revoked") || w.is("word", "undeliverable"))
        .filter(w -> world.channel(w.get("channel")).is("confirms", "when-asked"))
        .filter(w -> isWatched(story, w))
        .filter(w -> isLast(story, w))
        .filter(w -> !mayBeUnheard(story, w))
        .forEach(
            w -> {
              boolean seen =
                  story.any(
                      Kind.JOURNAL,
                      j ->
                          j.is("event", w.get("word"))
                              && j.is("channel", w.get("channel"))
                              && j.is("txn", w.get("id")));
              if (!seen) {
                broken.add(
                    "%s said %s of %s, and the journal does not"
                        .formatted(w.get("channel"), w.get("word"), w.get("id")));
              }
            });
    return broken;
  }

  /** The journal has the delivery under this id, and it was not final yet. */
  private static boolean isWatched(Story story, Entry word) {
    boolean posted =
        story.any(Kind.JOURNAL, j -> j.is("event", "posted") && j.is("txn", word.get("id")));
    boolean done =
        story.any(
            Kind.JOURNAL,
            j ->
                j.is("txn", word.get("id"))
                    && (j.is("event", "final") || j.is("event", "gave_up"))
                    && j.at() <= word.at());
    return posted && !done;
  }

  /**
   * A busy channel may get to a question long after the one who asked has gone, and after another
   * one. If that other was told {@code confirmed} when the time of the watch was over, this made
   * the delivery final.
   */
  private static boolean mayBeUnheard(Story story, Entry word) {
    String id = word.get("id");
    long over =
        story
                .of(Kind.JOURNAL)
                .filter(j -> j.is("event", "confirmed") && j.is("txn", id))
                .mapToLong(Entry::at)
                .filter(at -> at <= word.at())
                .max()
                .orElse(Long.MAX_VALUE / 2)
            + Table.FINALITY_MICROS;
    return story.any(
        Kind.WORD,
        told ->
            told.is("word", "confirmed")
                && told.is("channel", word.get("channel"))
                && told.is("id", id)
                && told.at() >= over
                && told.at() < word.at()
                && story.any(
                    Kind.JOURNAL,
                    j -> j.is("event", "final") && j.is("txn", id) && j.at() >= told.at()));
  }

  private static boolean isLast(Story story, Entry word) {
    return !story.any(
        Kind.WORD,
        w ->
            w.at() > word.at()
                && w.is("channel", word.get("channel"))
                && w.is("id", word.get("id")));
  }
}
