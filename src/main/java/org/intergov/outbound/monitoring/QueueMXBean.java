package org.intergov.outbound.monitoring;

/** JMX: {@code org.intergov.outbound:type=Queue,name=…}, one for each table that is worked off. */
@Description("A queue in the database, as all replicas see it")
public interface QueueMXBean {
  @Description("Rows that wait or are worked on, counted up to 200,000; -1: not known yet")
  long getDepth();

  @Description("How many of them a replica holds right now; -1: not known yet")
  long getLocked();

  @Description("Rows that wait for an operator, held or parked; -1: not known yet")
  long getStuck();

  @Description("Seconds that the oldest waiting row has waited; 0: none waits; -1: not known yet")
  long getOldestAgeSeconds();

  @Description("When the figures were read (ISO 8601, UTC); every five to fifteen seconds")
  String getAsOf();
}
