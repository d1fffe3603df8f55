package org.intergov.outbound.api;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.intergov.outbound.api.door.ApiProblem;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.delivery.CircuitState;
import org.intergov.outbound.flow.ChannelLane;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Explanation;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.store.ChannelStates;
import org.intergov.outbound.store.ChannelStates.Pause;
import org.intergov.outbound.store.views.QueueStates;
import org.intergov.outbound.store.views.QueueStates.LaneState;

/** The lanes: their state, pausing and resuming; and explaining a routing. Thread-safe. */
public final class ChannelOperations {
  private static final int MOST_COUNTED = 10_000;

  private static final Duration HARDLY = Duration.ofSeconds(2);

  private final Map<String, Instant> said = new ConcurrentHashMap<>();
  private final Supplier<RoutingTable> table;
  private final Supplier<Map<String, ChannelLane>> lanes;
  private final QueueStates queues;
  private final ChannelStates switches;
  private final MessageReader reader;
  private final Runnable pausesChanged;

  public ChannelOperations(
      Supplier<RoutingTable> table,
      Supplier<Map<String, ChannelLane>> lanes,
      QueueStates queues,
      ChannelStates switches,
      MessageReader reader,
      Runnable pausesChanged) {
    this.table = table;
    this.lanes = lanes;
    this.queues = queues;
    this.switches = switches;
    this.reader = reader;
    this.pausesChanged = pausesChanged;
  }

  /** {@code GET /channels}: each lane in the table's order, then lanes without a channel. */
  public void all(Exchange exchange) {
    Call.handle(
        exchange,
        Role.READ,
        call -> {
          Map<String, LaneState> waiting = byChannel(queues.lanes());
          Map<String, LaneState> held = byChannel(queues.held());
          Map<String, Pause> paused = switches.paused();
          List<Map<String, Object>> states = new ArrayList<>();
          for (Channel c : table.get().channels()) {
            Map<String, Object> state = state(c.id(), waiting, held);
            state.put("kind", c.kind());
            state.put("description", c.description());
            addSchedule(state, c, table.get().now());
            addPause(state, paused.get(c.id()));
            addCircuit(state, c.id(), lanes.get().get(c.id()));
            addLane(state, lanes.get().get(c.id()));
            states.add(state);
          }
          states.addAll(gone(waiting, held, paused));
          call.json(200, states);
        });
  }

  /** Channels that are not in the table, but of which something is left. */
  private List<Map<String, Object>> gone(
      Map<String, LaneState> waiting, Map<String, LaneState> held, Map<String, Pause> paused) {
    List<String> known = table.get().channels().stream().map(Channel::id).toList();
    Map<String, Long> followed = queues.followedBeside(known, MOST_COUNTED);
    Set<String> gone = new TreeSet<>(followed.keySet());
    gone.addAll(waiting.keySet());
    gone.addAll(held.keySet());
    gone.addAll(paused.keySet());
    gone.removeAll(known);
    gone.remove("");
    List<Map<String, Object>> states = new ArrayList<>();
    for (String id : gone) {
      Map<String, Object> state = state(id, waiting, held);
      addPause(state, paused.get(id));
      state.put("state", "gone");
      state.put("followed", followed.getOrDefault(id, 0L));
      states.add(state);
    }
    return states;
  }

  private static Map<String, LaneState> byChannel(List<LaneState> states) {
    return states.stream().collect(Collectors.toMap(LaneState::channelId, Function.identity()));
  }

  private static Map<String, Object> state(
      String id, Map<String, LaneState> waiting, Map<String, LaneState> held) {
    LaneState w = waiting.getOrDefault(id, new LaneState(id, 0, 0, 0));
    LaneState h = held.getOrDefault(id, new LaneState(id, 0, 0, 0));
    Map<String, Object> state = new LinkedHashMap<>();
    state.put("id", id);
    state.put("state", "open");
    state.put("waiting", w.waiting());
    state.put("sending", w.sending());
    state.put("oldest_seconds", w.oldestSeconds());
    state.put("held", h.waiting());
    return state;
  }

  /** Maintenance goes before not being active: what waits there is said to wait. */
  private static void addSchedule(Map<String, Object> state, Channel channel, Instant now) {
    Optional<Instant> rests = channel.schedule().maintenance().endAt(now);
    if (rests.isPresent()) {
      state.put("state", "maintenance");
    } else if (!channel.schedule().active().at(now)) {
      state.put("state", "inactive");
    }
    state.put("maintenance_until", rests.map(Instant::toString).orElse(null));
  }

  private static void addPause(Map<String, Object> state, Pause pause) {
    if (pause != null) {
      state.put("state", "paused");
    }
    state.put("paused_at", pause == null ? null : pause.at().toString());
    state.put("paused_by", pause == null ? null : pause.by());
    state.put("paused_reason", pause == null ? null : pause.reason());
  }

  /** Of this replica; each has its own circuit. */
  private void addCircuit(Map<String, Object> state, String id, ChannelLane lane) {
    CircuitState circuit = lane == null ? null : lane.circuit();
    Instant now = Instant.now();
    Duration probe = circuit == null ? null : circuit.nextProbe();
    state.put("circuit", circuit == null ? "closed" : circuit.phase().word());
    state.put(
        "circuit_since",
        circuit == null ? null : steady(id + " since", now.minus(circuit.lasts())));
    state.put("circuit_cause", circuit == null ? null : circuit.cause());
    state.put("next_probe_at", probe == null ? null : steady(id + " probe", now.plus(probe)));
  }

  /**
   * The lane knows how long something lasts, so the moment comes out a little different each time:
   * one that is hardly different from what was said before is the same.
   */
  private String steady(String name, Instant moment) {
    return said.merge(
            name,
            moment.truncatedTo(ChronoUnit.SECONDS),
            (before, next) ->
                Duration.between(before, moment).abs().compareTo(HARDLY) < 0 ? before : next)
        .toString();
  }

  private static void addLane(Map<String, Object> state, ChannelLane lane) {
    state.put("in_flight", lane == null ? 0 : lane.inFlight());
    state.put("posted", lane == null ? 0 : lane.stats().posted());
    state.put("refused", lane == null ? 0 : lane.stats().refused());
    state.put("unavailable", lane == null ? 0 : lane.stats().unavailable());
    state.put("unknown", lane == null ? 0 : lane.stats().unknown());
    state.put("last_error", lane == null ? null : lane.stats().lastError());
  }

  /** {@code POST /channels/{id}/pause}. */
  public void pause(Exchange exchange) {
    Call.handle(
        exchange,
        Role.OPERATE,
        call -> {
          String id = channel(call);
          switches.pause(id, call.caller(), call.query("reason"));
          pausesChanged.run();
          call.json(200, Map.of("id", id, "state", "paused"));
        });
  }

  /** {@code POST /channels/{id}/resume}; of a channel that is gone, if it was paused. */
  public void resume(Exchange exchange) {
    Call.handle(
        exchange,
        Role.OPERATE,
        call -> {
          String id = call.segment(1);
          if (!switches.resume(id, call.caller())) {
            channel(call);
          }
          ChannelLane lane = lanes.get().get(id);
          if (lane != null) {
            lane.tryNow();
          }
          pausesChanged.run();
          call.json(200, Map.of("id", id, "state", "open"));
        });
  }

  private String channel(Call call) {
    String id = call.segment(1);
    if (table.get().channel(id).isEmpty()) {
      throw new ApiProblem(404, "No such channel", "channels.yaml has no channel of that id.");
    }
    return id;
  }

  /**
   * {@code POST /explain}: the body is a message. With {@code ?at=}, as it would be at that moment;
   * whether a channel is paused is always as it is now.
   */
  public void explain(Exchange exchange) {
    Call.handle(
        exchange,
        Role.READ,
        call -> {
          call.checkIsPlainUtf8();
          ReadResult read = reader.read(call.bytes(MessageIntake.MOST_BYTES + 1));
          if (read instanceof ReadResult.Invalid invalid) {
            throw new ApiProblem(
                400,
                "Invalid message",
                invalid.violations().get(0).detail(),
                invalid.violations(),
                Map.of());
          }
          RoutingTable current = table.get();
          Instant at = moment(call.query("at"), current);
          Explanation explanation = current.explain(((ReadResult.Read) read).message(), at);
          Map<String, Pause> paused = switches.paused();
          Map<String, Object> document = new LinkedHashMap<>();
          document.put("channel", explanation.channel().map(Channel::id).orElse(null));
          document.put("at", at.toString());
          document.put(
              "entries", explanation.entries().stream().map(e -> entry(e, paused)).toList());
          call.json(200, document);
        });
  }

  private static Instant moment(String at, RoutingTable table) {
    try {
      return at == null ? table.now() : OffsetDateTime.parse(at).toInstant();
    } catch (DateTimeException e) {
      throw new ApiProblem(
          400,
          "Bad moment",
          "The parameter at must be a date-time with offset such as 2026-12-01T02:00:00Z; write a +"
              + " in it as %2B.");
    }
  }

  private static Map<String, Object> entry(Explanation.Entry e, Map<String, Pause> paused) {
    Map<String, Object> entry = new LinkedHashMap<>();
    entry.put("channel", e.channel());
    entry.put("verdict", e.verdict().name().toLowerCase(Locale.ROOT));
    entry.put("reason", e.reason());
    entry.put("waits_until", e.waitsUntil().map(Instant::toString).orElse(null));
    Pause pause = paused.get(e.channel());
    entry.put("paused_by", pause == null ? null : pause.by());
    return entry;
  }
}
