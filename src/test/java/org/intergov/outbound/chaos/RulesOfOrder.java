package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Messages of one subject keep their order where the channel asks for it. */
final class RulesOfOrder {
  static final String NAME = "in-order";
  static final String SENTENCE =
      "Where a channel says ordering: subject, no message of a subject is posted before the channel is done with those that were taken before it.";

  private final World world;
  private final Map<String, Story> stories;

  RulesOfOrder(World world, Map<String, Story> stories) {
    this.world = world;
    this.stories = stories;
  }

  List<Finding> findings() {
    List<Finding> findings = new ArrayList<>();
    bySubject().forEach((lane, all) -> judge(lane, all, findings));
    return findings;
  }

  private Map<String, List<Story>> bySubject() {
    Map<String, List<Story>> by = new HashMap<>();
    for (Story story : stories.values()) {
      Entry submit = story.only(Kind.SUBMIT);
      // what a standby lacked is handed in again, in another order
      if (submit != null && submit.has("turn") && !world.mayLack(story)) {
        story.posts().stream()
            .map(Story.Post::channel)
            .distinct()
            .filter(c -> world.channel(c).is("ordering", "subject"))
            .forEach(
                c ->
                    by.computeIfAbsent(c + " " + submit.get("subject"), s -> new ArrayList<>())
                        .add(story));
      }
    }
    return by;
  }

  private void judge(String lane, Collection<Story> all, List<Finding> findings) {
    String channel = lane.substring(0, lane.indexOf(' '));
    List<Story> inTurn =
        all.stream()
            .sorted(Comparator.comparingLong(s -> s.only(Kind.SUBMIT).number("turn")))
            .toList();
    for (int i = 1; i < inTurn.size(); i++) {
      Story.Post before = last(inTurn.get(i - 1), channel);
      Story.Post next = first(inTurn.get(i), channel);
      if (before.at() > next.at() && !isLate(inTurn.get(i - 1), channel, next.at())) {
        findings.add(
            new Finding(
                NAME,
                inTurn.get(i).ref(),
                "was posted to %s before it was done with %s"
                    .formatted(channel, inTurn.get(i - 1).ref()),
                List.of(next.arrived(), before.arrived()),
                inTurn.get(i).journal().stream().map(j -> j.get("event")).toList()));
      }
    }
  }

  /** Whether the network only brings what the journal knew to be sent before the next one was. */
  private static boolean isLate(Story before, String channel, long next) {
    List<Story.Post> posts = ofFirstGeneration(before, channel);
    return posts.get(0).at() < next && posts.size() <= before.attempts(channel, next);
  }

  private static List<Story.Post> ofFirstGeneration(Story story, String channel) {
    return story.posts().stream()
        .filter(p -> p.channel().equals(channel) && p.key().equals("AU:" + story.ref()))
        .toList();
  }

  private static Story.Post last(Story story, String channel) {
    List<Story.Post> posts = ofFirstGeneration(story, channel);
    return posts.get(posts.size() - 1);
  }

  private static Story.Post first(Story story, String channel) {
    return ofFirstGeneration(story, channel).get(0);
  }
}
