package org.intergov.outbound.routing;

/**
 * When an entry counts, and when its channel rests.
 *
 * @param active outside of it the entry is passed over, as if it did not match
 * @param maintenance inside of it the channel's messages wait
 */
public record Schedule(Active active, Maintenance maintenance) {

  /** Counts always, rests never. */
  public static final Schedule ALWAYS = new Schedule(Active.ALWAYS, Maintenance.NONE);
}
