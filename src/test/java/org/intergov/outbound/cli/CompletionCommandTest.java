package org.intergov.outbound.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code completion}: its script, sourced by a real bash, completes words. */
class CompletionCommandTest {
  @TempDir private Path directory;

  /** What bash offers for the last of {@code words}. */
  private List<String> offers(String name, String... words) throws Exception {
    Run run = Run.of("completion", "--name", name);
    assertThat(run.exitCode()).isZero();
    Path script = Files.writeString(directory.resolve("completion.sh"), run.out());
    String ask =
        """
        set -u
        compopt() { :; }  # bash has it only while a key is being answered
        source "$1"; shift
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}
        COMPREPLY=()
        handler=$(complete -p "$1" | sed 's/.* -F \\([^ ]*\\) .*/\\1/')
        "$handler" "$1" "${!#}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf '%s\\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}
        """;
    List<String> command = new ArrayList<>(List.of("bash", "--norc", "-c", ask, "bash"));
    command.add(script.toString());
    command.add(name);
    command.addAll(List.of(words));
    Process bash = new ProcessBuilder(command).redirectErrorStream(true).start();
    String out = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(bash.waitFor(5, TimeUnit.MINUTES)).isTrue();
    assertThat(bash.exitValue()).as(out).isZero();
    return out.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
  }

  @Test
  void bash_completes_a_command_and_an_option() throws Exception {
    assertThat(offers("intergov-outbound", "dead-l")).containsExactly("dead-letters");
    assertThat(offers("intergov-outbound", "re")).contains("replay", "resolve", "resume", "reload");
    assertThat(offers("intergov-outbound", "submit", "--u")).containsExactly("--url");
    assertThat(offers("igo", "expl")).containsExactly("explain");
  }

  @Test
  void a_name_that_a_shell_could_misread_is_refused() throws IOException {
    Run run = Run.of("completion", "--name", "a;b");
    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("--name");
    assertThat(run.out()).isEmpty();
  }
}
