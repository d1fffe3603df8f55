package org.intergov.outbound.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a fraction: {@code 0}, {@code 0.01}, {@code 1}. */
final class FractionConverter implements ITypeConverter<Double> {

  @Override
  public Double convert(String text) {
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= 1) {
        return value;
      }
    } catch (NumberFormatException notEvenANumber) {
      // reported below, in the same words
    }
    throw new TypeConversionException(
        "'" + text + "' is not a fraction between 0 and 1, such as 0.01");
  }
}
