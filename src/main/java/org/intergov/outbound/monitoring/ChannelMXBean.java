package org.intergov.outbound.monitoring;

/**
 * JMX: {@code org.intergov.outbound:type=Channel,id=…}. Counters are of this process, since its
 * start or since the channel came into the table. Notifies of circuits and pauses: type {@code
 * org.intergov.outbound.circuit} or {@code org.intergov.outbound.paused}, the source is this MBean.
 */
@Description("A channel's lane in this replica")
public interface ChannelMXBean {
  @Description("The kind of channel")
  String getKind();

  @Description("Posts handed to the channel that have not been answered")
  int getInFlight();

  @Description("Posts that the channel has taken, since the start of this process")
  long getPosted();

  @Description("Posts that the channel refused, since the start of this process")
  long getRefused();

  @Description("Posts that certainly did not arrive, since the start of this process")
  long getUnavailable();

  @Description("Posts whose outcome is unknown, since the start of this process")
  long getUnknown();

  @Description("The circuit: closed, open or half-open")
  String getCircuit();

  @Description("Seconds that the circuit has been in this state")
  long getCircuitSeconds();

  @Description("The text of the newest failure; empty: none since the start of this process")
  String getLastError();

  @Description("Whether an operator has paused the channel, as far as this replica knows")
  boolean isPaused();

  @Description("Stops sending through the channel, in all replicas, until it is resumed")
  void pause(String reason);

  @Description("Resumes the channel, in all replicas")
  void resume();
}
