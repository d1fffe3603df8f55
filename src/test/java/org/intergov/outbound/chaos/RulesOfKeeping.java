package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Nothing is lost, and everything ends. */
final class RulesOfKeeping {
  private static final Set<String> TAKEN = Set.of("200", "201");

  private RulesOfKeeping() {}

  static List<Rule> all() {
    return List.of(
        Rule.of(
            "kept",
            "A message that intake has answered 201 is in the lake and in the outbox, as it was sent.",
            RulesOfKeeping::kept),
        Rule.of(
            "ended",
            "Every message ends as accepted or rejected, or is where an operator sees it: held or parked.",
            RulesOfKeeping::ended),
        Rule.of(
            "conflict",
            "Another message under a reference that is taken is answered 409, and the same one is not.",
            RulesOfKeeping::conflict),
        Rule.of(
            "fair-answer",
            "Intake answers a valid message as taken, as taken before, as a conflict, or with a call to come back.",
            RulesOfKeeping::fairAnswer),
        Rule.of(
            "own-answer",
            "An answer of intake names the message that was asked about.",
            RulesOfKeeping::ownAnswer),
        Rule.of(
            "listed",
            "The interface lists every message of the lake once, as it stands there.",
            RulesOfKeeping::listed));
  }

  private static List<String> kept(Story story, World world) {
    List<String> broken = new ArrayList<>();
    Set<String> queues = Set.of("sqs", "kafka");
    Entry taken =
        story
            .of(Kind.ANSWER)
            .filter(a -> TAKEN.contains(a.get("status")) && !world.isLost(a.at()))
            // a queue's word says when it took the message, not when the database did
            .filter(a -> !queues.contains(a.get("via")) || !world.mayLack(story))
            .findFirst()
            .orElse(null);
    if (taken == null) {
      return broken;
    }
    Entry lake = story.only(Kind.LAKE);
    if (lake == null) {
      broken.add("answered " + taken.get("status") + ", and is not in the lake");
    } else if (taken.has("content") && !lake.is("content", taken.get("content"))) {
      broken.add("answered " + taken.get("status") + ", and the lake has another content");
    }
    if (story.only(Kind.OUTBOX) == null) {
      broken.add("answered " + taken.get("status") + ", and is not in the outbox");
    }
    return broken;
  }

  private static List<String> ended(Story story, World world) {
    Entry lake = story.only(Kind.LAKE);
    Entry outbox = story.only(Kind.OUTBOX);
    boolean seen = story.only(Kind.PARKED) != null || outbox != null && outbox.is("status", "held");
    if (seen) {
      return List.of();
    }
    if (lake == null) {
      return outbox == null ? List.of() : List.of("is in the outbox and never came to the lake");
    }
    boolean ended = lake.is("status", "accepted") || lake.is("status", "rejected");
    return ended
        ? List.of()
        : List.of(
            "is "
                + lake.get("status")
                + " in the lake, and "
                + (outbox == null ? "not in the outbox" : outbox.get("status") + " in the outbox"));
  }

  private static List<String> conflict(Story story, World world) {
    List<String> broken = new ArrayList<>();
    Entry lake = story.only(Kind.LAKE);
    if (lake == null || world.mayLack(story)) {
      return broken;
    }
    story
        .of(Kind.ANSWER)
        .filter(a -> a.has("content"))
        .forEach(
            a -> {
              boolean same = a.is("content", lake.get("content"));
              if (!same && TAKEN.contains(a.get("status"))) {
                broken.add("another content was answered " + a.get("status"));
              } else if (same && a.is("status", "409")) {
                broken.add("the very message was answered 409");
              }
            });
    return broken;
  }

  private static List<String> fairAnswer(Story story, World world) {
    // 408: the gateway was frozen while the request came
    Set<String> fair = Set.of("408", "200", "201", "409", "503", "429", "none");
    return story
        .of(Kind.ANSWER)
        .map(a -> a.get("status"))
        .filter(s -> !fair.contains(s))
        .map(s -> "was answered " + s)
        .toList();
  }

  private static List<String> ownAnswer(Story story, World world) {
    List<String> broken = new ArrayList<>();
    story
        .of(Kind.ANSWER)
        .filter(a -> a.has("names") && !a.get("names").equals("AU:" + story.ref()))
        .forEach(a -> broken.add("the answer names " + a.get("names")));
    return broken;
  }

  private static List<String> listed(Story story, World world) {
    Entry lake = story.only(Kind.LAKE);
    List<Entry> listed = story.of(Kind.LISTED).toList();
    if (lake == null) {
      return listed.isEmpty() ? List.of() : List.of("is listed, and not in the lake");
    }
    if (listed.size() != 1) {
      return List.of("is listed " + listed.size() + " times");
    }
    return listed.get(0).is("status", lake.get("status"))
        ? List.of()
        : List.of(
            "is listed as "
                + listed.get(0).get("status")
                + ", and "
                + lake.get("status")
                + " in the lake");
  }
}
