package org.intergov.outbound.simulator;

import java.time.Clock;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * How a simulated channel behaves. Immutable: every setting gives a changed copy.
 *
 * <p>The fractions are odds between 0 and 1. {@code unavailable}, {@code serverError} and {@code
 * loseReply} are drawn for every attempt and exclude each other, so they add up to 1 at most;
 * {@code undeliverable} and {@code revoke} are drawn once for every key (without a key: every
 * content) and add up to 1 at most; {@code refuse} is drawn once for every message. One seed and
 * the same posts give the same fates, in whatever order the posts come.
 */
public final class Options implements Cloneable {
  private static final Options DEFAULTS = new Options();

  private String host = "127.0.0.1";
  private int port;
  private Duration confirmAfter = Duration.ZERO;
  private Duration revokeAfter = Duration.ofSeconds(2);
  private Duration latency = Duration.ZERO;
  private double refuse;
  private double unavailable;
  private double serverError;
  private double loseReply;
  private double undeliverable;
  private double revoke;
  private boolean ignoreKeys;
  private long seed = 1;
  private int keepPosts = 10_000;
  private Fates fates = post -> null;
  private Clock clock = Clock.systemUTC();

  private Options() {}

  /** Any free port on 127.0.0.1, no faults, no latency, confirmed at once. */
  public static Options defaults() {
    return DEFAULTS;
  }

  /** The address to listen on; 127.0.0.1 unless set. */
  public Options host(String value) {
    return with(o -> o.host = value);
  }

  /** The port to listen on, 0 to 65535; 0, as unless set, takes any free one. */
  public Options port(int value) {
    if (value < 0 || value > 65_535) {
      throw new IllegalArgumentException("port: " + value + " is not between 0 and 65535");
    }
    return with(o -> o.port = value);
  }

  /** From post to confirmed or undeliverable; zero, as unless set, shows in the next answer. */
  public Options confirmAfter(Duration value) {
    return with(o -> o.confirmAfter = notNegative("confirm-after", value));
  }

  /** From confirmed to revoked, for the messages that are; 2 s unless set. */
  public Options revokeAfter(Duration value) {
    return with(o -> o.revokeAfter = notNegative("revoke-after", value));
  }

  /** Time before each answer to a post or a status check, in whole ms; zero unless set. */
  public Options latency(Duration value) {
    return with(o -> o.latency = notNegative("latency", value));
  }

  /** Fraction of messages refused (400), on every attempt. */
  public Options refuse(double fraction) {
    return with(o -> o.refuse = fraction("refuse", fraction));
  }

  /** Fraction of posts answered 503, not stored. */
  public Options unavailable(double fraction) {
    return with(o -> o.unavailable = fraction("unavailable", fraction));
  }

  /** Fraction of posts answered 500, not stored. */
  public Options serverError(double fraction) {
    return with(o -> o.serverError = fraction("server-error", fraction));
  }

  /** Fraction of posts stored, then the connection closed without a reply. */
  public Options loseReply(double fraction) {
    return with(o -> o.loseReply = fraction("lose-reply", fraction));
  }

  /** Fraction of stored messages reported undeliverable. */
  public Options undeliverable(double fraction) {
    return with(o -> o.undeliverable = fraction("undeliverable", fraction));
  }

  /** Fraction of stored messages revoked after they were confirmed. */
  public Options revoke(double fraction) {
    return with(o -> o.revoke = fraction("revoke", fraction));
  }

  /** Whether every post is a new delivery, even of a known key; false unless set. */
  public Options ignoreKeys(boolean value) {
    return with(o -> o.ignoreKeys = value);
  }

  /** What the odds are drawn from; 1 unless set. */
  public Options seed(long value) {
    return with(o -> o.seed = value);
  }

  /** How many of the latest posts {@link ChannelSimulator#received} keeps; 10,000 unless set. */
  public Options keepPosts(int value) {
    return with(o -> o.keepPosts = value);
  }

  /** Decides single posts, ahead of the odds. */
  public Options fates(Fates value) {
    return with(o -> o.fates = value);
  }

  /** What {@code confirmAfter} and {@code revokeAfter} are measured by; the system's unless set. */
  public Options clock(Clock value) {
    return with(o -> o.clock = value);
  }

  String host() {
    return host;
  }

  int port() {
    return port;
  }

  Duration confirmAfter() {
    return confirmAfter;
  }

  Duration revokeAfter() {
    return revokeAfter;
  }

  Duration latency() {
    return latency;
  }

  double refuse() {
    return refuse;
  }

  double unavailable() {
    return unavailable;
  }

  double serverError() {
    return serverError;
  }

  double loseReply() {
    return loseReply;
  }

  double undeliverable() {
    return undeliverable;
  }

  double revoke() {
    return revoke;
  }

  boolean ignoreKeys() {
    return ignoreKeys;
  }

  long seed() {
    return seed;
  }

  int keepPosts() {
    return keepPosts;
  }

  Fates fates() {
    return fates;
  }

  Clock clock() {
    return clock;
  }

  private Options with(Consumer<Options> change) {
    try {
      Options copy = (Options) clone();
      change.accept(copy);
      atMostOne("unavailable, server-error and lose-reply", copy.attemptOdds());
      atMostOne("undeliverable and revoke", copy.undeliverable + copy.revoke);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new IllegalStateException(e);
    }
  }

  private double attemptOdds() {
    return unavailable + serverError + loseReply;
  }

  private static void atMostOne(String names, double sum) {
    if (sum > 1 + 1e-9) {
      throw new IllegalArgumentException(
          names + " exclude each other and add up to 1 at most, not " + sum);
    }
  }

  private static double fraction(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + ": " + value + " is not between 0 and 1");
    }
    return value;
  }

  private static Duration notNegative(String name, Duration value) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + ": " + value + " is negative");
    }
    return value;
  }
}
