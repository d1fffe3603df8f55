package org.intergov.outbound.flow;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.intergov.outbound.channel.Headers;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.routing.Channel;

/**
 * The channels that are asked about many deliveries at once: one round at a time for each, of as
 * many deliveries as are due. Thread-safe.
 */
final class StatusBatches {
  private final Pages pages;
  private final BiConsumer<PendingDelivery, Consumer<Exchange>> single;
  private final BiConsumer<PendingDelivery, StatusAnswer> answered;
  private final Consumer<String> roundDone;
  private final Map<String, Integer> held = new ConcurrentHashMap<>();

  /** Asks a channel for a page of what has changed. */
  interface Pages {
    void ask(String channelId, String query, Consumer<Exchange> answered);
  }

  /**
   * @param pages asks for a page of changes
   * @param single asks about one delivery
   * @param answered told once for each delivery
   * @param roundDone told the channel whose round is over
   */
  StatusBatches(
      Pages pages,
      BiConsumer<PendingDelivery, Consumer<Exchange>> single,
      BiConsumer<PendingDelivery, StatusAnswer> answered,
      Consumer<String> roundDone) {
    this.pages = pages;
    this.single = single;
    this.answered = answered;
    this.roundDone = roundDone;
  }

  /** How many may be claimed for a round; none while one is under way. */
  int freeSlots(Channel channel) {
    return held.containsKey(channel.id()) ? 0 : StatusBatch.MOST;
  }

  int held(Channel channel) {
    return held.getOrDefault(channel.id(), 0);
  }

  /**
   * Begins a round.
   *
   * @param lastChanges when each was posted or confirmed, by message id
   */
  void ask(Channel channel, List<PendingDelivery> deliveries, Map<Long, Instant> lastChanges) {
    String id = channel.id();
    held.put(id, deliveries.size());
    StatusBatch batch =
        new StatusBatch(
            new Asking(id),
            channel.concurrency(),
            channel.timeout(),
            answered,
            () -> {
              held.remove(id);
              roundDone.accept(id);
            });
    batch.ask(
        deliveries.stream()
            .map(
                d ->
                    new StatusBatch.Checked(
                        d, lastChanges.getOrDefault(d.messageId(), Instant.now())))
            .toList());
  }

  /** Over the channel's routes. */
  private final class Asking implements StatusBatch.Questions {
    private final String channelId;

    Asking(String channelId) {
      this.channelId = channelId;
    }

    @Override
    public void page(String query, Consumer<StatusBatch.Page> answer) {
      pages.ask(channelId, query, exchange -> answer.accept(read(exchange)));
    }

    @SuppressWarnings("unchecked")
    private StatusBatch.Page read(Exchange exchange) {
      if (exchange.getException() != null) {
        return new StatusBatch.Page(Map.of(), null, ChannelPoller.answer(exchange));
      }
      return new StatusBatch.Page(
          (Map<String, String>) exchange.getMessage().getBody(),
          exchange.getMessage().getHeader(Headers.NEXT_PAGE, String.class),
          null);
    }

    @Override
    public void one(PendingDelivery delivery, Consumer<StatusAnswer> answer) {
      single.accept(delivery, exchange -> answer.accept(ChannelPoller.answer(exchange)));
    }
  }
}
