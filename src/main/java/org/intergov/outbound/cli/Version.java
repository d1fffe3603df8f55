package org.intergov.outbound.cli;

import picocli.CommandLine.IVersionProvider;

/** The version in the JAR's manifest. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "intergov-outbound " + (version == null ? "(not run from its JAR)" : version),
      "Java " + System.getProperty("java.version")
    };
  }
}
