package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The journal is a path through the states, and tells nothing twice. */
final class RulesOfTheJournal {
  private RulesOfTheJournal() {}

  static List<Rule> all() {
    return List.of(
        Rule.of(
            "begins-once",
            "A journal begins with submitted, and has it once.",
            RulesOfTheJournal::beginsOnce),
        Rule.of(
            "posted-after-the-answer",
            "A delivery is journaled as posted after its channel has answered, not before.",
            RulesOfTheJournal::postedAfterTheAnswer),
        Rule.of(
            "one-delivery",
            "In one generation a message is posted once, unless the delivery came to nothing.",
            RulesOfTheJournal::oneDelivery),
        Rule.of(
            "accepted-once",
            "Between two words accepted there is one that took the first back.",
            RulesOfTheJournal::acceptedOnce),
        Rule.of(
            "with-cause",
            "Accepted follows confirmed or an operator's word; rejected, held, final and possible_duplicate have their cause before them.",
            RulesOfTheJournal::withCause),
        Rule.of(
            "nothing-twice",
            "No row of the journal repeats the one before.",
            RulesOfTheJournal::nothingTwice),
        Rule.of(
            "agrees-with-the-lake",
            "What the journal says last of the fate of a message is what the lake shows.",
            RulesOfTheJournal::agreesWithTheLake));
  }

  private static List<String> words(Story story) {
    return story.journal().stream().map(j -> j.get("event")).toList();
  }

  private static List<String> beginsOnce(Story story, World world) {
    List<String> words = new ArrayList<>(words(story));
    if (world.mayLack(story)) { // it was lost, and a replica has said its last words about it
      words.removeIf("lease_lost"::equals);
    }
    if (words.isEmpty()) {
      return story.only(Kind.LAKE) == null
          ? List.of()
          : List.of("is in the lake without a journal");
    }
    if (story.only(Kind.LAKE) == null && world.mayLack(story)) {
      return List.of(); // it is lost, and its client knows; a replica may still say a word about it
    }
    long times = story.count("submitted");
    return words.get(0).equals("submitted") && times == 1
        ? List.of()
        : List.of(
            "the journal begins with " + words.get(0) + " and has submitted " + times + " times");
  }

  private static List<String> postedAfterTheAnswer(Story story, World world) {
    List<String> broken = new ArrayList<>();
    story
        .of(Kind.JOURNAL)
        .filter(j -> j.is("event", "posted") && j.has("txn"))
        .filter(j -> world.channel(j.get("channel")).is("speaks", "http"))
        .forEach(
            j -> {
              boolean answered =
                  story.any(
                      Kind.REPLY,
                      r ->
                          r.is("channel", j.get("channel"))
                              && r.is("id", j.get("txn"))
                              && r.at() <= j.at());
              if (!answered) {
                broken.add(
                    "posted as %s of %s before the channel had answered"
                        .formatted(j.get("txn"), j.get("channel")));
              }
            });
    return broken;
  }

  private static List<String> oneDelivery(Story story, World world) {
    long undone =
        story.count("replayed")
            + story.count("revoked")
            + story.count("undeliverable")
            + story.count("gave_up");
    long posted = story.count("posted");
    return posted <= 1 + undone
        ? List.of()
        : List.of(
            "posted "
                + posted
                + " times, with "
                + undone
                + " words that undo one: "
                + words(story));
  }

  private static final Set<String> TAKE_BACK =
      Set.of("revoked", "undeliverable", "replayed", "rejected", "gave_up", "unknown");

  private static List<String> acceptedOnce(Story story, World world) {
    boolean accepted = false;
    for (String word : words(story)) {
      if (word.equals("accepted")) {
        if (accepted) {
          return List.of("accepted twice: " + words(story));
        }
        accepted = true;
      } else if (TAKE_BACK.contains(word)) {
        accepted = false;
      }
    }
    return List.of();
  }

  private static List<String> withCause(Story story, World world) {
    List<String> broken = new ArrayList<>();
    if (world.mayLack(story)) {
      return broken; // the cause may be among what is lost
    }
    Set<String> before = new HashSet<>();
    for (String word : words(story)) {
      Set<String> causes =
          switch (word) {
            case "accepted" -> Set.of("confirmed", "resolved");
            case "rejected" ->
                Set.of(
                    "refused",
                    "no_route",
                    "screened",
                    "undeliverable",
                    "revoked",
                    "resolved",
                    "expired");
            case "held" -> Set.of("unknown", "replayed", "gave_up", "possible_duplicate");
            case "final" -> Set.of("confirmed");
            case "confirmed" -> Set.of("posted");
            case "possible_duplicate" -> Set.of("unknown", "replayed", "held", "lease_lost");
            default -> Set.of();
          };
      if (!causes.isEmpty() && causes.stream().noneMatch(before::contains)) {
        broken.add(
            word + " without any of " + new java.util.TreeSet<>(causes) + ": " + words(story));
      }
      before.add(word);
    }
    return broken;
  }

  private static List<String> nothingTwice(Story story, World world) {
    List<Entry> journal = story.journal();
    for (int i = 1; i < journal.size(); i++) {
      Entry a = journal.get(i - 1);
      Entry b = journal.get(i);
      boolean same =
          List.of("event", "channel", "txn", "attempt", "detail").stream()
              .allMatch(f -> a.get(f).equals(b.get(f)));
      if (same) {
        return List.of(a.get("event") + " twice, one after the other: " + words(story));
      }
    }
    return List.of();
  }

  private static List<String> agreesWithTheLake(Story story, World world) {
    Entry lake = story.only(Kind.LAKE);
    if (lake == null || story.only(Kind.PARKED) != null) {
      return List.of();
    }
    String fate = "pending";
    for (String word : words(story)) {
      if (word.equals("accepted") || word.equals("rejected")) {
        fate = word;
      } else if (TAKE_BACK.contains(word)) {
        fate = "pending";
      }
    }
    return lake.is("status", fate)
        ? List.of()
        : List.of(
            "the journal ends as "
                + fate
                + ", the lake says "
                + lake.get("status")
                + ": "
                + words(story));
  }
}
