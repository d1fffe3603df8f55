package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.intergov.outbound.api.door.AccessToken;
import org.intergov.outbound.api.door.Role;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code token}: makes a bearer token for the API. */
@Command(
    name = "token",
    header = "Makes a bearer token for the gateway's API.",
    description = {
      "",
      "Prints the token to standard output, for its holder, and to standard error the line for"
          + " intergov.api.tokens-file, which holds only its digest. The token is not shown again.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class TokenCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "NAME",
      description = "Who holds the token; the journal shows this name.")
  private String name;

  @Option(
      names = "--role",
      required = true,
      split = ",",
      paramLabel = "ROLE",
      converter = RoleWord.class,
      description = "What it allows: submit, read, operate (which includes read). May be repeated.")
  private List<Role> roles;

  @Override
  public Integer call() {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")) {
      throw new ParameterException(
          spec.commandLine(), "NAME: letters, digits and . _ @ -, at most 64");
    }
    String token = AccessToken.random();
    Set<Role> set = EnumSet.copyOf(roles);
    PrintWriter out = spec.commandLine().getOut();
    out.println(token);
    out.flush();
    PrintWriter err = spec.commandLine().getErr();
    err.println(new AccessToken(name, set, AccessToken.digest(token)).line());
    err.flush();
    return Cli.DONE;
  }

  /** A role as the file of tokens writes it. */
  static final class RoleWord implements ITypeConverter<Role> {
    @Override
    public Role convert(String text) {
      try {
        return Role.valueOf(text.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + text + "' is not one of submit, read, operate");
      }
    }
  }
}
