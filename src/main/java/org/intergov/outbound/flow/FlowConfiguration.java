package org.intergov.outbound.flow;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.store.FlowListener;
import org.intergov.outbound.store.Settlements;
import org.intergov.outbound.store.Stores;
import org.intergov.outbound.store.upkeep.Retention;

/**
 * Binds the queues that the flow's routes take from, and what these routes call, by the names that
 * the routes use. For the threads that start and stop the gateway.
 */
public final class FlowConfiguration implements CamelConfiguration {
  private static final Duration LOOK = Duration.ofMillis(20);

  private final Supplier<Stores> stores;
  private final Supplier<LiveTable> table;
  private final MessageRules messageRules;
  private final Optional<Retention.Policy> retention;
  private final WakeUps wakeUps;
  private final LaneTimer timer;
  private final FlowListener listener;
  private MultichannelRouter router;
  private ChannelPoller poller;
  private RetentionSweeper sweeper;

  /**
   * @param stores asked when Camel is set up
   * @param table asked when Camel is set up
   * @param retention empty: rows stay for ever
   */
  public FlowConfiguration(
      Supplier<Stores> stores,
      Supplier<LiveTable> table,
      MessageRules messageRules,
      Optional<Retention.Policy> retention,
      WakeUps wakeUps,
      LaneTimer timer,
      FlowListener listener) {
    this.stores = stores;
    this.table = table;
    this.messageRules = messageRules;
    this.retention = retention;
    this.wakeUps = wakeUps;
    this.timer = timer;
    this.listener = listener;
  }

  @Override
  public void configure(CamelContext camel) {
    Registry registry = camel.getRegistry();
    Stores rooms = stores.get();
    LiveTable inForce = table.get();
    Settlements settlements =
        rooms.settlements(
            id -> inForce.get().channel(id).map(Channel::callsBack).orElse(false), listener);
    router =
        new MultichannelRouter(rooms.lanes(), settlements, messageRules, inForce, wakeUps, timer);
    poller = new ChannelPoller(rooms.channelPending(), settlements, inForce, wakeUps);
    registry.bind("delivery-outbox", router);
    registry.bind("channel-pending", poller);
    registry.bind("channel-subscriptions", new ChannelSubscriber(rooms.subscriptions(), inForce));
    registry.bind(
        "message-updates",
        new LakeStage<>("message-updater", rooms.messageUpdates(listener), wakeUps.updater()));
    registry.bind(
        "rejected-messages",
        new LakeStage<>(
            "rejected-message-processor", rooms.rejectedMessages(), wakeUps.rejecter()));
    registry.bind("receipts", new Receipts(rooms.receipts(listener), inForce, wakeUps));
    retention.ifPresent(
        policy -> {
          sweeper = new RetentionSweeper(rooms.retention(policy));
          registry.bind("retentionSweeper", sweeper);
        });
  }

  /** The router, once it has been configured. */
  public MultichannelRouter router() {
    return router;
  }

  /**
   * Claims nothing more and lets what is in flight come to its end, recorded, for at most this
   * long.
   *
   * @return whether every post has come to its end
   */
  public boolean drain(Duration atMost) {
    if (sweeper != null) {
      sweeper.stop();
    }
    router.stopClaiming();
    poller.stopClaiming();
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!(router.isIdle() && poller.isIdle()) && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(LOOK.toNanos());
    }
    return router.isIdle();
  }
}
