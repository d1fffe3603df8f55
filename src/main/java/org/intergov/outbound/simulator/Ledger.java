package org.intergov.outbound.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Everything a simulated channel remembers, behind one lock: any thread may ask. It grows with the
 * messages taken and the keys seen, and nothing is ever dropped but the oldest kept posts.
 */
final class Ledger {

  /** One key (or, without a key, one content) and what was posted under it. */
  private static final class Posted {
    private int attempts;
    private TakenDelivery first;
  }

  private final Options options;
  private final long idPrefix = UUID.randomUUID().getMostSignificantBits();
  private final Map<String, Posted> keyed = new HashMap<>();
  private final Map<String, Posted> keyless = new HashMap<>();
  private final Map<UUID, TakenDelivery> deliveries = new HashMap<>();
  private final Deque<Post> received = new ArrayDeque<>();
  private final Map<Fate, Long> answered = new EnumMap<>(Fate.class);
  private long posts;
  private long repeats;
  private long duplicates;
  private long statusChecks;

  Ledger(Options options) {
    this.options = options;
  }

  /** Counts a post and numbers its attempt; a post without a message stays number 0. */
  synchronized Post arrived(Post post) {
    posts++;
    Post numbered = post;
    if (post.message() != null) {
      Posted posted = posted(post);
      posted.attempts++;
      numbered =
          new Post(
              post.key(), post.body(), post.message(), post.headers(), posted.attempts, post.at());
    }
    if (options.keepPosts() > 0) {
      if (received.size() >= options.keepPosts()) {
        received.removeFirst();
      }
      received.addLast(numbered);
    }
    return numbered;
  }

  /** Counts a post that was not taken, by why. */
  synchronized void answered(Fate fate) {
    answered.merge(fate, 1L, Long::sum);
  }

  /**
   * Stores the message, or finds what the same key has stored.
   *
   * @return the delivery; empty if this key came with another message before
   */
  synchronized Optional<TakenDelivery> take(Post post, Fate later) {
    Posted posted = posted(post);
    boolean known = posted.first != null;
    if (known && post.key() != null && !options.ignoreKeys()) {
      if (!posted.first.message.equals(post.message())) {
        return Optional.empty();
      }
      repeats++;
      return Optional.of(posted.first);
    }
    UUID id = new UUID(idPrefix, Long.MIN_VALUE | deliveries.size());
    TakenDelivery delivery = new TakenDelivery(id, post.message(), later, post.at().toEpochMilli());
    deliveries.put(id, delivery);
    if (known) {
      duplicates++;
    } else {
      posted.first = delivery;
    }
    return Optional.of(delivery);
  }

  /** Answers a status check: the message as JSON, empty if the id is not known. */
  synchronized Optional<Map.Entry<TakenDelivery, Status>> check(String id) {
    statusChecks++;
    return find(id).map(found -> Map.entry(found, found.statusAt(now(), options)));
  }

  /** Sets a message's status by hand; false if the id is not known. */
  synchronized boolean report(String id, Status status) {
    Optional<TakenDelivery> found = find(id);
    found.ifPresent(delivery -> delivery.report(status));
    return found.isPresent();
  }

  synchronized List<Post> received() {
    return new ArrayList<>(received);
  }

  synchronized Stats stats() {
    Map<Status, Long> now = new EnumMap<>(Status.class);
    for (TakenDelivery delivery : deliveries.values()) {
      now.merge(delivery.statusAt(now(), options), 1L, Long::sum);
    }
    return new Stats(
        posts,
        keyed.size(),
        repeats,
        duplicates,
        deliveries.size(),
        answered.getOrDefault(Fate.REFUSE, 0L),
        answered.getOrDefault(Fate.UNAVAILABLE, 0L),
        answered.getOrDefault(Fate.SERVER_ERROR, 0L),
        answered.getOrDefault(Fate.LOSE_REPLY, 0L) + answered.getOrDefault(Fate.HANG, 0L),
        statusChecks,
        now.getOrDefault(Status.CONFIRMED, 0L),
        now.getOrDefault(Status.UNDELIVERABLE, 0L),
        now.getOrDefault(Status.REVOKED, 0L));
  }

  private Posted posted(Post post) {
    Map<String, Posted> map = post.key() != null ? keyed : keyless;
    return map.computeIfAbsent(post.identity(), identity -> new Posted());
  }

  private Optional<TakenDelivery> find(String id) {
    try {
      return Optional.ofNullable(deliveries.get(UUID.fromString(id)));
    } catch (IllegalArgumentException notOneOfOurs) {
      return Optional.empty();
    }
  }

  private long now() {
    return options.clock().millis();
  }
}
