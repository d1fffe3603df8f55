package org.intergov.outbound.cli;

import org.intergov.outbound.message.Quote;
import picocli.CommandLine.ITypeConverter;

/** A reference as it was shown: what cannot be seen in it is escaped. */
final class ReferenceConverter implements ITypeConverter<String> {
  @Override
  public String convert(String shown) {
    return Quote.unescaped(shown);
  }
}
