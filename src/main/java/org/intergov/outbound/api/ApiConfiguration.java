package org.intergov.outbound.api;

import java.util.function.Supplier;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.spi.Registry;
import org.intergov.outbound.api.door.IntakeGate;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.flow.FlowConfiguration;
import org.intergov.outbound.flow.MultichannelRouter;
import org.intergov.outbound.flow.WakeUps;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.store.BoundedSubmissions;
import org.intergov.outbound.store.FlowListener;
import org.intergov.outbound.store.Stores;

/** Binds what the routes of intake, operators and callbacks call. For the thread that starts. */
public final class ApiConfiguration implements CamelConfiguration {
  /** The intake of messages from queues, for whoever binds the queues. */
  public static final String QUEUED_MESSAGES = "queuedMessages";

  private final Supplier<Stores> stores;
  private final Supplier<LiveTable> table;
  private final FlowConfiguration flow;
  private final MessageRules messageRules;
  private final IntakeGate gate;
  private final long mostBacklog;
  private final WakeUps wakeUps;
  private final FlowListener listener;

  /**
   * @param mostBacklog messages that wait for delivery; with more, intake takes none
   */
  public ApiConfiguration(
      Supplier<Stores> stores,
      Supplier<LiveTable> table,
      FlowConfiguration flow,
      MessageRules messageRules,
      IntakeGate gate,
      long mostBacklog,
      WakeUps wakeUps,
      FlowListener listener) {
    this.stores = stores;
    this.table = table;
    this.flow = flow;
    this.messageRules = messageRules;
    this.gate = gate;
    this.mostBacklog = mostBacklog;
    this.wakeUps = wakeUps;
    this.listener = listener;
  }

  @Override
  public void configure(CamelContext camel) {
    Registry registry = camel.getRegistry();
    MessageReader reader = new MessageReader(messageRules, MessageIntake.MOST_BYTES);
    intake(registry, reader);
    operators(registry, reader);
    registry.bind(
        "callbacks", new Callbacks(stores.get().subscriptions(), wakeUps.poller()::signal));
  }

  private void intake(Registry registry, MessageReader reader) {
    BoundedSubmissions submissions = stores.get().submissions(mostBacklog);
    PlainLanes lanes = new PlainLanes(table.get());
    Runnable wakeRouter = wakeUps.router()::signal;
    registry.bind("messageIntake", new MessageIntake(reader, submissions, gate, lanes, wakeRouter));
    registry.bind(QUEUED_MESSAGES, new QueuedMessages(reader, submissions, lanes, wakeRouter));
  }

  private void operators(Registry registry, MessageReader reader) {
    Stores rooms = stores.get();
    MultichannelRouter router = flow.router();
    registry.bind("messageQueries", new MessageQueries(rooms.views(), rooms.journal()));
    registry.bind("asideReceipts", new AsideReceipts(rooms.receipts(listener)));
    registry.bind(
        "stuckMessages",
        new StuckMessages(
            rooms.views(),
            rooms.actions(listener),
            rooms.parked(),
            wakeUps.router()::signal,
            () -> {
              wakeUps.updater().signal();
              wakeUps.rejecter().signal();
            }));
    registry.bind(
        "channelOperations",
        new ChannelOperations(
            table.get(),
            router::lanes,
            rooms.queues(),
            rooms.channelStates(),
            reader,
            router::pausesChanged));
    registry.bind("tableOperations", new TableOperations(table.get(), rooms.channelStates()));
  }
}
