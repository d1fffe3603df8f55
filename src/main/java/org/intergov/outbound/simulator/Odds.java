package org.intergov.outbound.simulator;

import java.nio.charset.StandardCharsets;

/** Draws fates from the seed and the post alone, so that order and timing change nothing. */
final class Odds {
  private final Options options;

  Odds(Options options) {
    this.options = options;
  }

  /** The fate of this attempt: unavailable, server error, refuse, lose reply, or deliver. */
  Fate ofAttempt(Post post) {
    double at = draw("attempt " + post.attempt(), post.identity());
    if (at < options.unavailable()) {
      return Fate.UNAVAILABLE;
    }
    if (at < options.unavailable() + options.serverError()) {
      return Fate.SERVER_ERROR;
    }
    if (options.refuse() > 0 && draw("refuse", subjectOfRefusal(post)) < options.refuse()) {
      return Fate.REFUSE;
    }
    boolean lost = at < options.unavailable() + options.serverError() + options.loseReply();
    return lost ? Fate.LOSE_REPLY : Fate.DELIVER;
  }

  /** What becomes of a stored message later: undeliverable, revoke, or deliver. */
  Fate later(Post post) {
    if (options.undeliverable() + options.revoke() == 0) {
      return Fate.DELIVER;
    }
    double at = draw("later", post.identity());
    if (at < options.undeliverable()) {
      return Fate.UNDELIVERABLE;
    }
    return at < options.undeliverable() + options.revoke() ? Fate.REVOKE : Fate.DELIVER;
  }

  /** A message keeps being refused under the key of a later generation, {@code AU:ref#2}. */
  private static String subjectOfRefusal(Post post) {
    String key = post.key();
    if (key == null) {
      return post.identity();
    }
    int generation = key.lastIndexOf('#');
    return generation < 0 ? key : key.substring(0, generation);
  }

  private double draw(String purpose, String subject) {
    long hash = mixed(options.seed());
    hash = fnv1a(hash, purpose);
    hash = fnv1a(hash, subject);
    return (mixed(hash) >>> 11) * 0x1.0p-53;
  }

  private static long fnv1a(long start, String text) {
    long hash = start ^ 0xcbf29ce484222325L;
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  /** The finalizer of SplitMix64: neighbouring inputs come out unrelated. */
  private static long mixed(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
