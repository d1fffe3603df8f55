package org.intergov.outbound.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A made-up history, entry by entry, a millisecond apart. */
final class Tale {
  static final String REF = "r1";
  private final List<Entry> entries = new ArrayList<>();
  private long at = 1_000_000;
  private int seq;

  /** One message through channel {@code a} without any trouble; {@code b} is the next in line. */
  static Tale ofSmoothDelivery() {
    return ofAcceptance().journal("final", "a", "a-1").end("accepted", "a", "a-1", "");
  }

  /** The same up to the word that it is accepted. */
  static Tale ofAcceptance() {
    return begun()
        .add(Kind.ANSWER, "via", "rest", "status", "201", "content", "c", "names", "AU:" + REF)
        .journal("submitted", "", "")
        .taken("a", 1)
        .journal("posted", "a", "a-1")
        .word("a", "a-1", "confirmed")
        .journal("confirmed", "a", "a-1")
        .journal("accepted", "a", "a-1");
  }

  /** The two channels, and a message that has been handed in. */
  static Tale begun() {
    return new Tale()
        .world()
        .add(Kind.SUBMIT, "via", "rest", "receiver", "SG", "subject", "s", "content", "c");
  }

  Tale world() {
    for (String id : List.of("a", "b")) {
      entries.add(
          new Entry(
              at++,
              Kind.CHANNEL,
              "",
              Map.of(
                  "channel",
                  id,
                  "speaks",
                  "http",
                  "confirms",
                  "when-asked",
                  "on-revoked",
                  "resend",
                  "ordering",
                  id.equals("a") ? "subject" : "none")));
    }
    entries.add(
        new Entry(
            at++,
            Kind.TABLE,
            "",
            Map.of("number", "0", "phase", "written", "channels", "a:SG b:SG")));
    entries.add(new Entry(at++, Kind.TABLE, "", Map.of("number", "0", "phase", "in-force")));
    return this;
  }

  Tale add(Kind kind, String... facts) {
    return addTo(REF, kind, facts);
  }

  Tale addTo(String ref, Kind kind, String... facts) {
    Map<String, String> map = new HashMap<>();
    for (int i = 0; i < facts.length; i += 2) {
      map.put(facts[i], facts[i + 1]);
    }
    at += 1_000;
    entries.add(new Entry(at, kind, ref, Map.copyOf(map)));
    return this;
  }

  Tale later(long micros) {
    at += micros;
    return this;
  }

  Tale journal(String event, String channel, String txn) {
    return add(
        Kind.JOURNAL,
        "seq",
        "" + ++seq,
        "event",
        event,
        "channel",
        channel,
        "txn",
        txn,
        "attempt",
        "1");
  }

  Tale post(String channel, String key, int n) {
    return add(Kind.POST, "channel", channel, "key", key, "n", "" + n, "content", "c");
  }

  Tale reply(String channel, int n, String said, String sort, String id) {
    return add(
        Kind.REPLY,
        "channel",
        channel,
        "n",
        "" + n,
        "said",
        said,
        "sort",
        sort,
        "id",
        id,
        "stored",
        String.valueOf(!id.isEmpty()));
  }

  /** Posted under its first key, and taken as the only delivery there. */
  Tale taken(String channel, int n) {
    return post(channel, "AU:" + REF, n).reply(channel, n, "201", "taken", channel + "-1");
  }

  /** Nobody knows what became of a post, and it is to be repeated. */
  Tale inDoubt(String channel) {
    return journal("unknown", channel, "").journal("possible_duplicate", channel, "");
  }

  Tale word(String channel, String id, String word) {
    return add(Kind.WORD, "channel", channel, "id", id, "word", word);
  }

  Tale end(String status, String channel, String txn, String reason) {
    return add(
            Kind.LAKE, "status", status, "channel", channel, "txn", txn, "reason", reason,
            "content", "c")
        .add(Kind.OUTBOX, "status", status.equals("pending") ? "held" : status)
        .add(Kind.LISTED, "status", status);
  }

  Tale without(Kind kind) {
    return without(e -> e.kind() == kind);
  }

  Tale without(String event) {
    return without(e -> e.is("event", event));
  }

  Tale without(Predicate<Entry> which) {
    entries.removeIf(which);
    return this;
  }

  /** Changes a fact of every entry of a kind. */
  Tale but(Kind kind, String fact, String value) {
    entries.replaceAll(
        e -> {
          if (e.kind() != kind) {
            return e;
          }
          Map<String, String> facts = new HashMap<>(e.facts());
          facts.put(fact, value);
          return new Entry(e.at(), kind, e.ref(), Map.copyOf(facts));
        });
    return this;
  }

  Tale copy() {
    Tale copy = new Tale();
    copy.entries.addAll(entries);
    copy.at = at;
    copy.seq = seq;
    return copy;
  }

  Tale passes(int millis) {
    at += 1_000L * millis;
    return this;
  }

  List<Entry> entries() {
    return List.copyOf(entries);
  }
}
