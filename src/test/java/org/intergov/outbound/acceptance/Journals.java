package org.intergov.outbound.acceptance;

import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the journal admits, against what channels have seen. */
final class Journals {
  private Journals() {}

  /**
   * Keys of which a channel has seen more posts than the journal explains: the second one and each
   * later one must be announced by a {@code possible_duplicate}. Only for channels that take every
   * post: one that they refuse may be repeated without a word.
   */
  static Set<String> unannounced(PostgresServer postgres, String database, TestChannel channel) {
    Map<String, Long> announced =
        postgres.counts(
            database,
            "SELECT sender || ':' || sender_ref, count(*) FROM intergov.delivery_status"
                + " WHERE event = 'possible_duplicate' GROUP BY 1");
    Set<String> unannounced = new TreeSet<>();
    channel
        .postsByKey()
        .forEach(
            (key, posts) -> {
              if (posts > 1 + announced.getOrDefault(key, 0L)) {
                unannounced.add(key + " posted " + posts + " times");
              }
            });
    return unannounced;
  }
}
