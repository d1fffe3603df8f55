package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What may be posted, where, and how often. */
final class RulesOfPosting {
  private RulesOfPosting() {}

  static List<Rule> all() {
    return List.of(
        Rule.of(
            "announced",
            "A post that may be the second one of its key is preceded by possible_duplicate in the journal.",
            RulesOfPosting::announced),
        Rule.of(
            "never-twice",
            "A channel whose entry says on-unknown: hold never gets a key twice, unless an operator sends it again.",
            RulesOfPosting::neverTwice),
        Rule.of(
            "one-generation",
            "A new key is used only after a rejection that was replayed, or a revocation.",
            RulesOfPosting::oneGeneration),
        Rule.of(
            "no-second-channel",
            "A message that a channel may have goes to no other channel, unless the first one says that it has it not.",
            RulesOfPosting::noSecondChannel),
        Rule.of(
            "by-the-table",
            "A message goes through a channel that was in the table at some time between its submission and the post.",
            RulesOfPosting::byTheTable),
        Rule.of(
            "as-it-is",
            "A channel gets the message as it was submitted, under its own key.",
            RulesOfPosting::asItIs));
  }

  /**
   * As many words as posts before, or one since the last of them: what was posted into a dead line
   * arrives late. Of what was posted and said in the time that a standby lacks there is one word.
   */
  private static List<String> announced(Story story, World world) {
    List<String> broken = new ArrayList<>();
    Map<String, List<Story.Post>> may = new HashMap<>();
    for (Story.Post post : story.posts()) {
      List<Story.Post> before =
          may.computeIfAbsent(post.channel() + " " + post.key(), lane -> new ArrayList<>());
      List<Entry> words =
          story
              .of(Kind.JOURNAL)
              .filter(j -> j.is("event", "possible_duplicate"))
              .filter(j -> j.is("channel", post.channel()) || j.is("channel", ""))
              .filter(j -> j.at() <= post.at())
              .toList();
      boolean since =
          !before.isEmpty()
              && words.stream().anyMatch(w -> w.at() > before.get(before.size() - 1).at());
      long lacked = before.stream().filter(b -> world.isLost(b.at())).count();
      long wanted = before.size() - Math.max(0, lacked - 1);
      if (wanted > words.size() && !since && !world.isLost(post.at())) {
        broken.add(
            "%s was posted to %s again (post %s) after %d that it may have, with %d possible_duplicate"
                .formatted(
                    post.key(),
                    post.channel(),
                    post.arrived().get("n"),
                    before.size(),
                    words.size()));
      }
      if (post.mayHaveIt() && post.at() >= story.began(world)) {
        before.add(post);
      }
    }
    return broken;
  }

  private static List<String> neverTwice(Story story, World world) {
    List<String> broken = new ArrayList<>();
    Map<String, Integer> may = new HashMap<>();
    long again = story.of(Kind.OPERATOR).filter(o -> o.is("what", "replay")).count();
    for (Story.Post post : story.posts()) {
      if (!world.channel(post.channel()).is("on-unknown", "hold")) {
        continue;
      }
      String lane = post.channel() + " " + post.key();
      int before = may.getOrDefault(lane, 0);
      if (before > again) {
        broken.add(
            "%s was posted to %s again (post %s), and %d operators wanted that"
                .formatted(post.key(), post.channel(), post.arrived().get("n"), again));
      }
      if (post.mayHaveIt() && post.at() >= story.began(world)) {
        may.put(lane, before + 1);
      }
    }
    return broken;
  }

  /** Also: the keys are {@code AU:ref}, {@code AU:ref#2}, …, as many as there are reasons for. */
  private static List<String> oneGeneration(Story story, World world) {
    Set<String> keys = new HashSet<>();
    story.posts().forEach(p -> keys.add(p.key()));
    long reasons = story.count("replayed") + story.count("revoked");
    List<String> broken = new ArrayList<>();
    if (keys.size() > 1 + reasons) {
      broken.add("keys " + keys + " with " + reasons + " replays and revocations in the journal");
    }
    for (String key : keys) {
      String first = "AU:" + story.ref();
      if (!key.equals(first) && !key.matches(java.util.regex.Pattern.quote(first) + "#[0-9]+")) {
        broken.add("posted under the key " + key);
      }
    }
    return broken;
  }

  private static List<String> noSecondChannel(Story story, World world) {
    List<String> broken = new ArrayList<>();
    Map<String, List<Story.Post>> byKey = new HashMap<>();
    story.posts().forEach(p -> byKey.computeIfAbsent(p.key(), k -> new ArrayList<>()).add(p));
    for (List<Story.Post> posts : byKey.values()) {
      for (int i = 1; i < posts.size(); i++) {
        Story.Post post = posts.get(i);
        for (Story.Post before : posts.subList(0, i)) {
          if (!before.channel().equals(post.channel())
              && before.mayHaveIt()
              && before.at() >= story.began(world)
              && !saidNo(story, world, before, post)
              && !isLate(story, before, post)) {
            broken.add(
                "%s went to %s (post %s) though %s may have it (post %s: %s)"
                    .formatted(
                        post.key(),
                        post.channel(),
                        post.arrived().get("n"),
                        before.channel(),
                        before.arrived().get("n"),
                        before.reply() == null ? "no answer" : before.reply().get("said")));
          }
        }
      }
    }
    return broken;
  }

  /**
   * Whether it was sent before the other channel got anything, and the network kept it until after:
   * its channel, which took it no more, has seen no more posts than the journal had attempts then.
   */
  private static boolean isLate(Story story, Story.Post before, Story.Post post) {
    long seen =
        story.posts().stream()
            .filter(p -> p.channel().equals(post.channel()) && p.key().equals(post.key()))
            .filter(p -> p.at() <= post.at())
            .count();
    boolean isNews = post.mayHaveIt() && !isRepeated(story, post);
    return seen <= story.attempts(post.channel(), before.at()) && !isNews;
  }

  /** Whether the channel only says again what it has said of this key before. */
  private static boolean isRepeated(Story story, Story.Post post) {
    return story.posts().stream()
        .filter(p -> p.at() < post.at() && p.reply() != null && post.reply() != null)
        .filter(p -> p.channel().equals(post.channel()) && p.key().equals(post.key()))
        .anyMatch(p -> p.sort().equals("taken") && p.reply().is("id", post.reply().get("id")));
  }

  /** Whether the channel has said of this delivery that it has it not, or an operator did. */
  private static boolean saidNo(Story story, World world, Story.Post before, Story.Post post) {
    String channel = before.channel();
    boolean word =
        story.any(
            Kind.WORD,
            w ->
                w.is("channel", channel)
                    && (w.is("word", "undeliverable") || w.is("word", "revoked"))
                    && w.at() <= post.at());
    boolean operator = story.any(Kind.OPERATOR, o -> o.at() <= post.at() && o.is("what", "replay"));
    boolean refused =
        world.channel(channel).is("idempotent", "true")
            && story.posts().stream()
                .anyMatch(
                    p ->
                        p.channel().equals(channel)
                            && p.key().equals(before.key())
                            && p.at() > before.at()
                            && p.at() < post.at()
                            && p.sort().equals("refused"));
    boolean forgotten =
        world.isLost(before.at())
            && story.any(
                Kind.JOURNAL, j -> j.is("event", "possible_duplicate") && j.at() > before.at());
    return word || operator || forgotten || refused && !before.sort().equals("taken");
  }

  private static List<String> byTheTable(Story story, World world) {
    List<String> broken = new ArrayList<>();
    Entry submit = story.only(Kind.SUBMIT);
    if (submit == null) {
      return broken;
    }
    Set<String> judged = new HashSet<>();
    for (Story.Post post : story.posts()) {
      if (!judged.add(post.channel())) {
        continue;
      }
      boolean carried =
          world.tables(story.submittedAt(), post.at()).stream()
              .anyMatch(t -> t.channels(submit.get("receiver")).contains(post.channel()));
      if (!carried) {
        broken.add(
            "went to %s (post %s), which no table had for %s since its submission"
                .formatted(post.channel(), post.arrived().get("n"), submit.get("receiver")));
      }
    }
    return broken;
  }

  private static List<String> asItIs(Story story, World world) {
    List<String> broken = new ArrayList<>();
    Entry lake = story.only(Kind.LAKE);
    for (Story.Post post : story.posts()) {
      if (lake != null
          && !world.mayLack(story)
          && !post.arrived().is("content", lake.get("content"))) {
        broken.add(post.channel() + " got another content in post " + post.arrived().get("n"));
      }
    }
    return broken;
  }
}
