package org.intergov.outbound;

import java.util.List;

/** The configuration cannot be used; names every fault found. */
public final class InvalidSettingsException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  InvalidSettingsException(List<String> faults) {
    super(String.join(System.lineSeparator(), faults));
  }
}
