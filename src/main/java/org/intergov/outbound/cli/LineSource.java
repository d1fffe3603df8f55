package org.intergov.outbound.cli;

import java.io.IOException;

/** Gives the messages of an input one by one, holding one at a time. */
interface LineSource {
  /** The longest message, in bytes. */
  int MAX_BYTES = 64 * 1024;

  /**
   * The next message, or what is wrong with it; null at the end.
   *
   * @throws IOException if the input cannot be read
   */
  Line next() throws IOException;
}
