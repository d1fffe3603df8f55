package org.intergov.outbound.chaos;

import java.util.Locale;

/** What an entry of a history tells of. */
enum Kind {
  /** A channel as it is set up: what it promises, and what the table says of it. */
  CHANNEL,
  /** A table of channels: written, in force, or refused. */
  TABLE,
  /** A fault begins or ends. */
  FAULT,
  /** An operator did something, and this was the answer. */
  OPERATOR,
  /** A message is about to be handed in. */
  SUBMIT,
  /** What intake answered; {@code none} if nothing came back. */
  ANSWER,
  /** A post has arrived at a channel. */
  POST,
  /** What the channel did with a post. */
  REPLY,
  /** What a channel says of a delivery from now on. */
  WORD,
  /** A row of the journal. */
  JOURNAL,
  /** A row of the lake at the end. */
  LAKE,
  /** A row of the outbox at the end. */
  OUTBOX,
  /** An update or a rejection that waits for an operator at the end. */
  PARKED,
  /** What the interface lists of a message at the end. */
  LISTED,
  /** A figure of the gateway at the end, beside what it should be. */
  FIGURE,
  /** A line of a log that says ERROR, or has a secret. */
  LINE;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Kind of(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
