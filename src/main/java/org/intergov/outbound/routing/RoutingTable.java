package org.intergov.outbound.routing;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.intergov.outbound.message.Message;

/**
 * The channels in their order: the first one that matches a message and does not screen it carries
 * it. Immutable and safe for any number of threads.
 *
 * <p>Entries are indexed by receiver, so the cost of a look-up grows with the entries for one
 * receiver, not with the table.
 */
public final class RoutingTable {

  private final List<Channel> channels;
  private final Map<String, Channel> byId = new LinkedHashMap<>();
  private final Map<String, Channel[]> byReceiver = new HashMap<>();
  private final Channel[] forAnyReceiver;
  private final Clock clock;
  private final boolean timed;

  /**
   * @param clock tells whether an entry is active
   * @throws IllegalArgumentException if two channels have the same id
   */
  public RoutingTable(List<Channel> channels, Clock clock) {
    this.channels = List.copyOf(channels);
    this.clock = clock;
    this.timed = channels.stream().anyMatch(c -> !c.schedule().active().isAlways());
    Set<String> receivers = new TreeSet<>();
    for (Channel channel : channels) {
      if (byId.put(channel.id(), channel) != null) {
        throw new IllegalArgumentException("two channels have the id " + channel.id());
      }
      receivers.addAll(receiver(channel).exact());
    }
    for (String code : receivers) {
      byReceiver.put(
          code, channels.stream().filter(c -> receiver(c).matches(code)).toArray(Channel[]::new));
    }
    forAnyReceiver =
        channels.stream()
            .filter(c -> receiver(c).any() || !receiver(c).prefixes().isEmpty())
            .toArray(Channel[]::new);
  }

  private static FieldMatch receiver(Channel channel) {
    return channel.match().field(MatchField.RECEIVER);
  }

  /** All channels, in the order of the file. */
  public List<Channel> channels() {
    return channels;
  }

  /** The channel of this id. */
  public Optional<Channel> channel(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /**
   * The first channel that is active, matches the message, does not screen it and has not refused
   * it. The whole decision is for one moment.
   *
   * @param alreadyRefused ids of channels that are passed over, unknown ones included
   */
  public Routing route(Message m, Collection<String> alreadyRefused) {
    return route(m, alreadyRefused, timed ? clock.instant() : Instant.EPOCH);
  }

  /** As {@link #route(Message, Collection)}, at another moment. */
  public Routing route(Message m, Collection<String> alreadyRefused, Instant now) {
    boolean matchedAny = false;
    List<Screened> screened = List.of();
    List<Channel> inactive = List.of();
    for (Channel channel : candidates(m)) {
      if (!channel.match().matches(m)) {
        continue;
      }
      if (!channel.schedule().active().at(now)) {
        inactive = with(inactive, channel);
        continue;
      }
      matchedAny = true;
      if (alreadyRefused.contains(channel.id())) {
        continue;
      }
      Optional<String> rule = channel.screen().screens(m);
      if (rule.isEmpty()) {
        return new Routing(Optional.of(channel), screened, true, inactive);
      }
      screened = with(screened, new Screened(channel, rule.get()));
    }
    return new Routing(Optional.empty(), screened, matchedAny, inactive);
  }

  /** Most messages need no list at all. */
  private static <T> List<T> with(List<T> list, T added) {
    List<T> longer = list.isEmpty() ? new ArrayList<>() : list;
    longer.add(added);
    return longer;
  }

  /** The first channel that may carry the message and is not excluded. */
  public Optional<Channel> next(Message m, Collection<String> excluded) {
    return route(m, excluded).channel();
  }

  /** Every channel that may carry the message now and is not excluded, in order. */
  public List<Channel> carriers(Message m, Collection<String> excluded) {
    Instant now = timed ? clock.instant() : Instant.EPOCH;
    List<Channel> carriers = new ArrayList<>();
    for (Channel channel : candidates(m)) {
      if (channel.match().matches(m)
          && channel.schedule().active().at(now)
          && !excluded.contains(channel.id())
          && channel.screen().screens(m).isEmpty()) {
        carriers.add(channel);
      }
    }
    return carriers;
  }

  /**
   * Why a channel carries nothing now, whatever the message: {@code is gone}, or {@code is not
   * active before …}; empty if it may.
   */
  public Optional<String> whyNot(String channelId) {
    Channel channel = byId.get(channelId);
    if (channel == null) {
      return Optional.of("is gone");
    }
    Active active = channel.schedule().active();
    if (active.isAlways()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    return active.at(now) ? Optional.empty() : Optional.of("is " + active.whyNot(now));
  }

  /** The moment, by the clock that this table goes by. */
  public Instant now() {
    return clock.instant();
  }

  /** Which channel carries the message now, and for every other entry why it does not. */
  public Explanation explain(Message m) {
    return explain(m, clock.instant());
  }

  /** As {@link #explain(Message)}, at another moment. */
  public Explanation explain(Message m, Instant at) {
    return Explainer.explain(channels, m, at);
  }

  private Channel[] candidates(Message m) {
    Channel[] found = byReceiver.get(m.receiver());
    return found == null ? forAnyReceiver : found;
  }
}
