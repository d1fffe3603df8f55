package org.intergov.outbound.monitoring;

/** JMX: {@code org.intergov.outbound:type=RoutingTable}. */
@Description("The routing table in force in this replica")
public interface RoutingTableMXBean {
  @Description("Channels in the table in force")
  int getEntries();

  @Description("Start of the SHA-256 of the file that the table in force was read from")
  String getVersion();

  @Description("When channels.yaml was last read and could be used (ISO 8601, UTC)")
  String getLastReload();

  @Description("Why the present channels.yaml is not in force; empty: it is in force")
  String getLastError();

  @Description("Reads channels.yaml now; returns what has changed, or fails with what is wrong")
  String reload();
}
