package org.intergov.outbound.config;

/** Whether a problem keeps the file from being used. */
public enum Severity {
  ERROR,
  WARNING
}
