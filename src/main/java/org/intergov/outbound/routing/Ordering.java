package org.intergov.outbound.routing;

/** In which order a channel is given its messages. */
public enum Ordering {
  /** About the order in which they came; many at a time, and one that is retried comes later. */
  NONE,
  /** Those of one subject one after the other, in the order of their ids; others beside them. */
  SUBJECT
}
