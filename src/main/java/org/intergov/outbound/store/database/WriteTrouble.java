package org.intergov.outbound.store.database;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Why a server that answers takes no writes, as it said when it was last asked to. Thread-safe.
 *
 * <p>A full disk is seen by nothing but a write that fails, so what has failed lately counts.
 */
final class WriteTrouble {
  /** Whoever has work tries again sooner than that. */
  private static final Duration LATELY = Duration.ofSeconds(10);

  private final LongSupplier nanoTime;
  private volatile String words;
  private volatile long at;

  WriteTrouble(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** For people; null: what went wrong is nothing of that kind. */
  static String words(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    if (state.equals("25006")) {
      return "the database is read-only";
    }
    if (state.equals("53100") || state.startsWith("58") && saysNoSpace(e)) {
      return "the disk of the database is full";
    }
    return null;
  }

  private static boolean saysNoSpace(SQLException e) {
    return String.valueOf(e.getMessage()).contains("No space left");
  }

  void failed(SQLException e) {
    String found = words(e);
    if (found != null) {
      at = nanoTime.getAsLong();
      words = found;
    }
  }

  /** Something was written. */
  void over() {
    words = null;
  }

  Optional<String> now() {
    return Optional.ofNullable(words).filter(w -> nanoTime.getAsLong() - at < LATELY.toNanos());
  }
}
