package org.intergov.outbound.routing;

/** Whether a problem keeps the file from being used. */
public enum Severity {
  ERROR,
  WARNING
}
