package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.intergov.outbound.config.Suggestion;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The root command. A further command is one more entry in {@link #COMMANDS}.
 *
 * <p>Exit codes: {@value #DONE} done, {@value #FAILED} failed, {@value #WRONG_USAGE} wrong usage or
 * configuration. A command says so by what it returns, by a {@link CommandFailedException}, or by
 * picocli's {@link ParameterException}.
 */
@Command(
    name = "intergov-outbound",
    header = "An outbound gateway for messages between governments.",
    description = {"", "Without a command, the gateway runs.", ""},
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:failed", "2:wrong usage or configuration"},
    commandListHeading = "%nCommands:%n")
public final class Cli implements Callable<Integer> {
  /** Exit code: done. */
  public static final int DONE = 0;

  /** Exit code: failed. */
  public static final int FAILED = 1;

  /** Exit code: wrong usage or configuration. */
  public static final int WRONG_USAGE = 2;

  /** In the order in which help lists them. */
  private static final List<Class<?>> COMMANDS =
      List.of(
          RunCommand.class,
          DemoCommand.class,
          CheckCommand.class,
          ExplainCommand.class,
          LibCommand.class,
          SubmitCommand.class,
          StatusCommand.class,
          ReplayCommand.class,
          ResolveCommand.class,
          DeadLettersCommand.class,
          PauseCommand.class,
          ResumeCommand.class,
          ReloadCommand.class,
          RebuildLakeCommand.class,
          SimulateChannelCommand.class,
          TokenCommand.class,
          CompletionCommand.class);

  /** The command line with every command, ready to execute. */
  public static CommandLine commandLine() {
    return commandLine(COMMANDS);
  }

  /**
   * Does what the arguments say. To run the gateway takes no options and none of the time that
   * reading a command by reflection costs; of the others only the one that is named is read.
   *
   * @return the exit code
   */
  public static int execute(String... args) {
    if (args.length == 0 || (args.length == 1 && args[0].equals("run"))) {
      try {
        return new RunCommand().call();
      } catch (Exception e) {
        return failed(e, new PrintWriter(System.err));
      }
    }
    List<Class<?>> named =
        COMMANDS.stream()
            .filter(c -> c.getAnnotation(Command.class).name().equals(args[0]))
            .toList();
    return commandLine(named.isEmpty() ? COMMANDS : named).execute(args);
  }

  private static CommandLine commandLine(List<Class<?>> commands) {
    CommandLine root = new CommandLine(new Cli());
    commands.forEach(root::addSubcommand);
    return root.setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler((e, args) -> wrongUsage(e))
        .setExecutionExceptionHandler((e, command, parsed) -> failed(e, command.getErr()));
  }

  /** Without a command the gateway runs. */
  @Override
  public Integer call() throws Exception {
    return new RunCommand().call();
  }

  private static int wrongUsage(ParameterException e) {
    CommandLine command = e.getCommandLine();
    PrintWriter err = command.getErr();
    err.println(e.getMessage());
    meant(e).ifPresent(word -> err.println("Did you mean '" + word + "'?"));
    err.println("Try '" + command.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return WRONG_USAGE;
  }

  /** The command or option that the first unknown word was meant to be. */
  private static Optional<String> meant(ParameterException e) {
    if (!(e instanceof UnmatchedArgumentException unmatched)
        || unmatched.getUnmatched().isEmpty()) {
      return Optional.empty();
    }
    String word = unmatched.getUnmatched().get(0);
    CommandLine command = e.getCommandLine();
    return Suggestion.closest(
        word.startsWith("-")
            ? command.getCommandSpec().optionsMap().keySet()
            : command.getSubcommands().keySet(),
        word);
  }

  private static int failed(Exception e, PrintWriter err) {
    int code = FAILED;
    if (e instanceof CommandFailedException expected) {
      err.println(expected.getMessage());
      code = expected.exitCode();
    } else {
      e.printStackTrace(err);
    }
    err.flush();
    return code;
  }
}
