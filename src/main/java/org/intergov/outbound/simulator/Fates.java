package org.intergov.outbound.simulator;

/** Decides what becomes of single posts, ahead of the odds in {@link Options}. */
@FunctionalInterface
public interface Fates {

  /**
   * The fate of one post. Called on the simulator's event loop for every well-formed post, repeated
   * ones too: it must return at once and must not call {@link ChannelSimulator#setDown} or {@link
   * ChannelSimulator#close}.
   *
   * @return the fate, or null to leave it to the odds
   */
  Fate of(Post post);
}
