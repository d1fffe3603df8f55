package org.intergov.outbound.monitoring;

import org.intergov.outbound.delivery.CircuitState;
import org.intergov.outbound.flow.ChannelLane;
import org.intergov.outbound.monitoring.DescribedMBean.Notifications;
import org.intergov.outbound.store.ChannelStates;

/** Shows one lane over JMX, and tells of its circuit and its pauses. Thread-safe. */
final class ChannelMonitor implements ChannelMXBean {
  static final String CIRCUIT = "org.intergov.outbound.circuit";
  static final String PAUSED = "org.intergov.outbound.paused";

  private final String id;
  private final String kind;
  private final ChannelLane lane;
  private final ChannelStates states;
  private final Runnable pausesChanged;
  private final Notifications notifications =
      new Notifications(
          CIRCUIT, "The circuit has changed; the user data is closed, open or half-open",
          PAUSED, "An operator has paused or resumed the channel; the user data says which");
  private final Runnable unregister;
  private boolean wasPaused;

  ChannelMonitor(
      String id, String kind, ChannelLane lane, ChannelStates states, Runnable pausesChanged) {
    this.id = id;
    this.kind = kind;
    this.lane = lane;
    this.states = states;
    this.pausesChanged = pausesChanged;
    this.wasPaused = lane.isPaused();
    this.unregister =
        DescribedMBean.register(this, ChannelMXBean.class, "type=Channel,id=" + id, notifications);
  }

  boolean isOf(ChannelLane other, String kindNow) {
    return lane == other && kind.equals(kindNow);
  }

  void unregister() {
    unregister.run();
  }

  void circuitChanged(CircuitState state) {
    String phase = state.phase().word();
    String why = state.cause() == null ? "" : ": " + state.cause();
    notifications.send(CIRCUIT, "channel " + id + ": circuit " + phase + why, phase);
  }

  /** To be called every now and then, from one thread: tells whether a pause has begun or ended. */
  void look() {
    boolean paused = lane.isPaused();
    if (paused != wasPaused) {
      wasPaused = paused;
      String word = paused ? "paused" : "resumed";
      notifications.send(PAUSED, "channel " + id + ": " + word, word);
    }
  }

  @Override
  public String getKind() {
    return kind;
  }

  @Override
  public int getInFlight() {
    return lane.inFlight();
  }

  @Override
  public long getPosted() {
    return lane.stats().posted();
  }

  @Override
  public long getRefused() {
    return lane.stats().refused();
  }

  @Override
  public long getUnavailable() {
    return lane.stats().unavailable();
  }

  @Override
  public long getUnknown() {
    return lane.stats().unknown();
  }

  @Override
  public String getCircuit() {
    return lane.circuit().phase().word();
  }

  @Override
  public long getCircuitSeconds() {
    return lane.circuit().lasts().toSeconds();
  }

  @Override
  public String getLastError() {
    String last = lane.stats().lastError();
    return last == null ? "" : last;
  }

  @Override
  public boolean isPaused() {
    return lane.isPaused();
  }

  @Override
  public void pause(String reason) {
    states.pause(id, JmxCaller.name(), reason == null || reason.isBlank() ? null : reason);
    pausesChanged.run();
  }

  @Override
  public void resume() {
    states.resume(id, JmxCaller.name());
    lane.tryNow();
    pausesChanged.run();
  }
}
