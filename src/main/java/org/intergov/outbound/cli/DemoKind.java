package org.intergov.outbound.cli;

/** The kinds of message in the demo: what happens to them, and how they should end. */
enum DemoKind {
  PLAIN("SG", 60, "sent and confirmed", "accepted", "accepted", null, "sg-shared-db"),
  SECOND_CHANNEL(
      "SG", 10, "refused by the first channel", "accepted", "accepted", null, "sg-backup"),
  OUTAGE("DE", 14, "channel down at first, retried", "accepted", "accepted", null, "de-customs"),
  NO_ROUTE("NZ", 4, "no channel for its receiver", "rejected", "rejected", "no_route", null),
  UNDELIVERABLE(
      "GB",
      4,
      "channel reports undeliverable",
      "rejected",
      "rejected",
      "undeliverable",
      "gb-registry"),
  REFUSED("GB", 4, "refused by every channel", "rejected", "rejected", "refused", "gb-registry"),
  HELD("FR", 4, "reply lost, must not repeat", "pending", "held", null, null);

  final String receiver;
  final int share;
  final String story;
  final String status;
  final String delivery;
  final String reason;
  final String channel;

  DemoKind(
      String receiver,
      int share,
      String story,
      String status,
      String delivery,
      String reason,
      String channel) {
    this.receiver = receiver;
    this.share = share;
    this.story = story;
    this.status = status;
    this.delivery = delivery;
    this.reason = reason;
    this.channel = channel;
  }

  /** The subject of a message of this kind tells the simulated channels what to do with it. */
  String subject(int number) {
    return "demo." + name().toLowerCase(java.util.Locale.ROOT) + "." + number;
  }

  boolean isSubject(String subject) {
    return subject.startsWith("demo." + name().toLowerCase(java.util.Locale.ROOT) + ".");
  }

  /** The kind of the n-th message: shares of a hundred, mixed. */
  static DemoKind of(int number) {
    int place = (int) ((number * 61L) % 100);
    for (DemoKind kind : values()) {
      place -= kind.share;
      if (place < 0) {
        return kind;
      }
    }
    return PLAIN;
  }
}
