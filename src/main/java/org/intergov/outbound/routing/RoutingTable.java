package org.intergov.outbound.routing;

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
import org.intergov.outbound.message.Quote;

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

  /**
   * @throws IllegalArgumentException if two channels have the same id
   */
  RoutingTable(List<Channel> channels) {
    this.channels = List.copyOf(channels);
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
   * The first channel that matches the message, does not screen it and has not refused it.
   *
   * @param alreadyRefused ids of channels that are passed over, unknown ones included
   */
  public Routing route(Message m, Collection<String> alreadyRefused) {
    boolean matchedAny = false;
    List<Screened> screened = List.of();
    for (Channel channel : candidates(m)) {
      if (!channel.match().matches(m)) {
        continue;
      }
      matchedAny = true;
      if (alreadyRefused.contains(channel.id())) {
        continue;
      }
      Optional<String> rule = channel.screen().screens(m);
      if (rule.isEmpty()) {
        return new Routing(Optional.of(channel), screened, true);
      }
      if (screened.isEmpty()) {
        screened = new ArrayList<>();
      }
      screened.add(new Screened(channel, rule.get()));
    }
    return new Routing(Optional.empty(), screened, matchedAny);
  }

  /** The first channel that matches the message, does not screen it and is not excluded. */
  public Optional<Channel> next(Message m, Collection<String> excluded) {
    return route(m, excluded).channel();
  }

  /** Which channel carries the message, and for every other entry why it does not. */
  public Explanation explain(Message m) {
    List<Explanation.Entry> entries = new ArrayList<>();
    Optional<Channel> carrier = Optional.empty();
    int willing = 0;
    for (Channel channel : channels) {
      Optional<FieldMatch> mismatch = channel.match().firstMismatch(m);
      Optional<String> screen = channel.screen().screens(m);
      Explanation.Verdict verdict;
      String reason;
      if (mismatch.isPresent()) {
        verdict = Explanation.Verdict.NO_MATCH;
        reason = mismatch(mismatch.get(), m);
      } else if (screen.isPresent()) {
        verdict = Explanation.Verdict.SCREENED;
        reason = "screened: " + screen.get();
      } else if (willing++ == 0) {
        carrier = Optional.of(channel);
        verdict = Explanation.Verdict.CARRIES;
        reason = "carries the message: the first that matches and does not screen it";
      } else {
        verdict = Explanation.Verdict.WOULD_BE_NEXT;
        reason = "would be next: number " + willing + " in the order of failover";
      }
      entries.add(new Explanation.Entry(channel.id(), verdict, reason));
    }
    return new Explanation(carrier, entries);
  }

  private static String mismatch(FieldMatch wanted, Message m) {
    return "%s is %s, this entry takes %s"
        .formatted(wanted.field().key(), Quote.of(wanted.field().of(m)), wanted.values());
  }

  private Channel[] candidates(Message m) {
    Channel[] found = byReceiver.get(m.receiver());
    return found == null ? forAnyReceiver : found;
  }
}
