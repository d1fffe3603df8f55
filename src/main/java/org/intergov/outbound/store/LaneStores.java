package org.intergov.outbound.store;

/** What lanes are claimed from, and the switches that an operator has on them. */
public record LaneStores(
    DeliveryOutbox outbox, OrderedLanes ordered, ShutLanes shut, ChannelStates channels) {}
