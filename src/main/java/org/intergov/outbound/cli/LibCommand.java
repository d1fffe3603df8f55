package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.intergov.outbound.config.file.CamelComponents;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lib}: what fetches further components. */
@Command(
    name = "lib",
    header = "Prints a Maven project that fetches Camel components and what they need.",
    description = {
      "",
      "The JARs belong into the folder lib beside the gateway's JAR, or where intergov.lib-dir says:",
      "",
      "  java -jar intergov-outbound.jar lib camel-mail > lib.xml",
      "  mvn -f lib.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=lib",
      "",
      "JARs that the gateway has itself may be among them; its own are used.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:printed", "2:wrong usage"})
final class LibCommand implements Callable<Integer> {
  /** An artifact of Camel's, or any other as Maven names it. */
  private static final Pattern ARTIFACT =
      Pattern.compile("camel-[a-z0-9-]+|[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+");

  @Spec private CommandSpec spec;

  @Parameters(
      arity = "1..*",
      paramLabel = "ARTIFACT",
      description =
          "An artifact of Camel's, such as camel-mail, in the version of this gateway's Camel; or any"
              + " other as group:artifact:version.")
  private List<String> artifacts;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    out.println("<project xmlns=\"http://maven.apache.org/POM/4.0.0\">");
    out.println("  <modelVersion>4.0.0</modelVersion>");
    out.println("  <groupId>org.intergov</groupId>");
    out.println("  <artifactId>intergov-outbound-lib</artifactId>");
    out.println("  <version>1</version>");
    out.println("  <packaging>pom</packaging>");
    out.println("  <dependencies>");
    artifacts.forEach(a -> print(a, out));
    out.println("  </dependencies>");
    out.println("</project>");
    out.flush();
    return Cli.DONE;
  }

  private void print(String artifact, PrintWriter out) {
    if (!ARTIFACT.matcher(artifact).matches()) {
      throw new ParameterException(
          spec.commandLine(),
          "'%s' is not an artifact, expected camel-... or group:artifact:version"
              .formatted(artifact));
    }
    String[] parts =
        artifact.indexOf(':') < 0
            ? new String[] {"org.apache.camel", artifact, CamelComponents.version()}
            : artifact.split(":");
    out.printf(
        "    <dependency><groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version></dependency>%n",
        parts[0], parts[1], parts[2]);
  }
}
