package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What holds for all messages: the channels, the tables, and the faults. */
final class World {
  /** How long what the old server said last may be on its way to a client, or to a channel. */
  private static final long ON_ITS_WAY_MICROS = 2_000_000;

  private final Map<String, Entry> channels = new LinkedHashMap<>();
  private final List<InForce> tables = new ArrayList<>();

  /** Of a standby: {@code from} is when it fell behind. */
  private final List<Entry> promotions;

  /**
   * A table, and the time in which it may have been used: from just before it was written until the
   * next one was certainly in force everywhere.
   */
  record InForce(Entry table, long from, long until) {
    /** Channels for a receiver, in order. */
    List<String> channels(String receiver) {
      List<String> found = new ArrayList<>();
      for (String entry : table.get("channels").split(" ")) {
        int colon = entry.indexOf(':');
        if (colon > 0 && entry.substring(colon + 1).equals(receiver)) {
          found.add(entry.substring(0, colon));
        }
      }
      return found;
    }
  }

  World(Collection<Entry> entries) {
    List<Entry> written = new ArrayList<>();
    Map<String, Entry> inForce = new LinkedHashMap<>();
    for (Entry e : entries) {
      if (e.kind() == Kind.CHANNEL) {
        channels.put(e.get("channel"), e);
      } else if (e.kind() == Kind.TABLE && e.is("phase", "written")) {
        written.add(e);
      } else if (e.kind() == Kind.TABLE && e.is("phase", "in-force")) {
        inForce.put(e.get("number"), e);
      }
    }
    for (int i = 0; i < written.size(); i++) {
      long until = Long.MAX_VALUE;
      for (int next = i + 1; next < written.size() && until == Long.MAX_VALUE; next++) {
        Entry then = inForce.get(written.get(next).get("number"));
        until = then == null ? Long.MAX_VALUE : then.at();
      }
      tables.add(new InForce(written.get(i), written.get(i).at(), until));
    }
    promotions = entries.stream().filter(e -> e.kind() == Kind.FAULT && e.has("from")).toList();
  }

  /** What is known of a channel. */
  Entry channel(String id) {
    Entry known = channels.get(id);
    return known == null ? new Entry(0, Kind.CHANNEL, "", Map.of("channel", id)) : known;
  }

  /** Tables that may have been in force at any moment of this time. */
  List<InForce> tables(long from, long until) {
    return tables.stream().filter(t -> t.from() <= until && t.until() >= from).toList();
  }

  /** Whether the database has lost what was committed at this time: a standby that lacked it. */
  boolean isLost(long at) {
    return promotions.stream()
        .anyMatch(p -> p.number("from") <= at && at <= p.at() + ON_ITS_WAY_MICROS);
  }

  /** Whether the database may have lost something that was written about a message. */
  boolean mayLack(Story story) {
    return promotions.stream().anyMatch(p -> story.submittedAt() <= p.at());
  }
}
