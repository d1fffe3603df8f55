package org.intergov.outbound.bench;

/**
 * How much is run.
 *
 * @param turn messages a turn
 * @param warmUpTurns turns of each side that do not count
 * @param rounds turns of each side that count
 * @param many rows where there are to be many
 * @param seconds of a steady load
 */
record Scale(int turn, int warmUpTurns, int rounds, int many, int seconds) {
  /** What the published figures are made with. */
  static final Scale FULL =
      new Scale(Integer.getInteger("bench.turn", 60_000), 2, 3, 1_000_000, 10);

  /** Whether it runs at all; its figures say nothing. */
  static final Scale QUICK = new Scale(5_000, 1, 1, 50_000, 3);
}
