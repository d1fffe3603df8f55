package org.intergov.outbound.flow;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.ToIntFunction;
import org.intergov.outbound.routing.Channel;

/**
 * Divides what a replica may hold among its channels: each takes as much as it has room for, and
 * each is the first in turn. Beyond what the replica may hold, a channel that holds nothing gets
 * one at a time, so that a thousand channels that hang fill no heap, and stop none that does not.
 * For one thread.
 */
final class Shares {
  private final int most;
  private int turn;

  /**
   * @param most what the replica holds at most, for all channels together
   */
  Shares(int most) {
    this.most = most;
  }

  /**
   * As many as the heap has room for.
   *
   * @param bytesEach of the heap, for each one held
   */
  static Shares ofHeap(int bytesEach) {
    return new Shares((int) Math.min(100_000, Runtime.getRuntime().maxMemory() / bytesEach));
  }

  /**
   * @param free how many more a channel has room for
   * @param held how many the replica holds of it
   * @param share makes the claim of a channel that gets at least one
   */
  <T> List<T> divide(
      List<Channel> channels,
      ToIntFunction<Channel> free,
      ToIntFunction<Channel> held,
      BiFunction<Channel, Integer, T> share) {
    int left = most;
    for (Channel channel : channels) {
      left -= held.applyAsInt(channel);
    }
    List<T> shares = new ArrayList<>();
    turn++;
    for (int i = 0; i < channels.size(); i++) {
      Channel channel = channels.get((i + turn) % channels.size());
      int least = held.applyAsInt(channel) == 0 ? 1 : 0;
      int its = Math.min(free.applyAsInt(channel), Math.max(left, least));
      if (its > 0) {
        shares.add(share.apply(channel, its));
        left -= its;
      }
    }
    return shares;
  }
}
