package org.intergov.outbound.store.database;

import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Claims, and remembers those whose answers were lost with the connection: nobody works on what
 * they took, so it is given back before the next claim and does not wait for its lease.
 * Thread-safe.
 *
 * @param <A> what a claim asks for
 */
public final class LostClaims<A> {
  private final BiConsumer<A, UUID> release;
  private final Queue<Lost<A>> lost = new ConcurrentLinkedQueue<>();

  private record Lost<A>(A asked, UUID token) {}

  /**
   * @param release gives back what a claim with this token took; what it did not take does no harm
   */
  public LostClaims(BiConsumer<A, UUID> release) {
    this.release = release;
  }

  /** Gives back what lost claims took. What {@code release} throws is thrown; the rest stays. */
  public void giveBack() {
    for (Lost<A> one = lost.peek(); one != null; one = lost.peek()) {
      release.accept(one.asked(), one.token());
      lost.remove(one);
    }
  }

  /**
   * Claims, under the token given.
   *
   * @param claim if it throws, what it may have taken is given back by the next {@link #giveBack}
   */
  public <T> T claim(A asked, UUID token, Function<UUID, T> claim) {
    try {
      return claim.apply(token);
    } catch (RuntimeException e) {
      lost.add(new Lost<>(asked, token));
      throw e;
    }
  }
}
