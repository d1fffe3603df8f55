package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The root command and what all commands share. */
class CliTest {

  @Test
  void help_lists_every_command_and_exits_0() {
    Run run = Run.of("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .contains("submit", "status", "replay", "dead-letters", "simulate-channel", "Exit codes");
  }

  @Test
  void version_is_printed() {
    assertThat(Run.of("--version").out()).startsWith("intergov-outbound ");
  }

  private static Set<String> names() {
    return Cli.commandLine().getSubcommands().keySet();
  }

  @ParameterizedTest
  @MethodSource("names")
  void every_command_has_help_on_each_option(String name) {
    Run run = Run.of(name, "--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Usage: intergov-outbound " + name);
    Cli.commandLine()
        .getSubcommands()
        .get(name)
        .getCommandSpec()
        .options()
        .forEach(option -> assertThat(option.description()).isNotEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status",
        "dead-letters",
        "check",
        "explain",
        "submit",
        "replay",
        "resolve",
        "pause",
        "resume",
        "reload",
        "rebuild-lake"
      })
  void every_command_that_shows_something_can_print_json(String name) {
    assertThat(Cli.commandLine().getSubcommands().get(name).getCommandSpec().optionsMap())
        .containsKey("--json");
  }

  @Test
  void wrong_usage_exits_2_and_points_to_help() {
    for (List<String> args : List.of(List.of("sumbit"), List.of("status", "--nope"))) {
      Run run = Run.of(args.toArray(String[]::new));
      assertThat(run.exitCode()).isEqualTo(2);
      assertThat(run.err()).contains("--help'.");
      assertThat(run.out()).isEmpty();
    }
    assertThat(Run.of("sumbit").err()).contains("Did you mean 'submit'?");
    assertThat(Run.of("status", "--jsno").err()).contains("Did you mean '--json'?");
    assertThat(Run.of("frobnicate").err()).doesNotContain("Did you mean");
    assertThat(Run.of("replay").err()).contains("REFERENCE");
  }
}
