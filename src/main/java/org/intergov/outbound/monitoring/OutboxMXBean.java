package org.intergov.outbound.monitoring;

/** JMX: {@code org.intergov.outbound:type=Queue,name=delivery_outbox}. */
@Description("The delivery outbox, as all replicas see it")
public interface OutboxMXBean extends QueueMXBean {
  @Description("Sends a held or rejected message again; give its reference, such as AU:the-ref")
  String replay(String reference);
}
