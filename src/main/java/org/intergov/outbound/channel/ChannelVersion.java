package org.intergov.outbound.channel;

import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Endpoint;
import org.intergov.outbound.routing.Channel;

/**
 * The routes of one channel as one edit of the table wants them. Who sends through them takes a use
 * first and ends it afterwards; once they are retired nobody gets a use any more, and when the last
 * one has ended they can be removed. Thread-safe.
 */
public final class ChannelVersion {
  /** So many uses fewer than none: retired. */
  private static final int RETIRED = Integer.MIN_VALUE;

  private final Channel channel;
  private final String name;
  private final List<String> routeIds;
  private final Map<String, Endpoint> endpoints;
  private final AtomicInteger uses = new AtomicInteger();
  private volatile Runnable unused = () -> {};

  /**
   * @param name the channel's id, and from the second version on {@code ~2} and so on after it
   * @param endpoints by step, such as {@code post}: where the routes that the gateway calls listen
   */
  ChannelVersion(
      Channel channel, String name, List<String> routeIds, Map<String, Endpoint> endpoints) {
    this.channel = channel;
    this.name = name;
    this.routeIds = List.copyOf(routeIds);
    this.endpoints = Map.copyOf(endpoints);
  }

  public Channel channel() {
    return channel;
  }

  String name() {
    return name;
  }

  List<String> routeIds() {
    return routeIds;
  }

  /** Where the route of a step listens, such as {@code status}; null if there is none. */
  Endpoint endpoint(String step) {
    return endpoints.get(step);
  }

  /** Takes a use, unless the version is retired. */
  boolean use() {
    if (uses.getAndIncrement() >= 0) {
      return true;
    }
    end();
    return false;
  }

  /** Ends a use. */
  public void end() {
    if (uses.decrementAndGet() == RETIRED) {
      unused.run();
    }
  }

  /**
   * Gives out no more uses.
   *
   * @param then told when the last one has ended, at once if there is none; perhaps repeatedly
   */
  void retire(Runnable then) {
    unused = then;
    if (uses.addAndGet(RETIRED) == RETIRED) {
      then.run();
    }
  }

  boolean isInUse() {
    int count = uses.get();
    return count != 0 && count != RETIRED;
  }

  @Override
  public String toString() {
    return name;
  }
}
