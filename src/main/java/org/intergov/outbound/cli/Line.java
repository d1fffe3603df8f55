package org.intergov.outbound.cli;

/**
 * One message of the input, or what is wrong with it.
 *
 * @param number the line of the input it starts on, from 1
 * @param json the message as one line of JSON; null if there is a problem
 * @param refAssigned whether its sender_ref was made here, so that no other submission can have it
 * @param problem why it is not sent; null if it is
 */
record Line(long number, byte[] json, boolean refAssigned, Problem problem) {

  /** What is wrong with which field, by which rule, as the gateway would say it. */
  record Problem(String field, String rule, String detail) {}

  static Line wrong(long number, String rule, String detail) {
    return new Line(number, null, false, new Problem("message", rule, detail));
  }
}
