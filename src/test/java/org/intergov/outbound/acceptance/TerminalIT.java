package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * What the commands print to a terminal, which {@code script} (util-linux) stands for, and else.
 */
class TerminalIT {
  private static final Path SCRIPT = Path.of("/usr/bin/script");
  private static final String ESCAPE = "\u001b[";

  private static String output(Map<String, String> environment, String... command)
      throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("NO_COLOR");
    builder.environment().put("TERM", "xterm");
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
    return out;
  }

  private static String help() {
    return GatewayProcess.java()
        + " -XX:TieredStopAtLevel=1 -jar "
        + GatewayProcess.jar()
        + " --help";
  }

  @Test
  void colours_are_for_terminals_without_no_color() throws IOException, InterruptedException {
    assumeThat(Files.isExecutable(SCRIPT)).as("script is here").isTrue();
    String[] terminal = {SCRIPT.toString(), "-qec", help(), "/dev/null"};
    assertThat(output(Map.of(), terminal)).contains("Commands:", ESCAPE);
    assertThat(output(Map.of("NO_COLOR", "1"), terminal))
        .contains("Commands:")
        .doesNotContain(ESCAPE);
  }

  @Test
  void a_pipe_gets_text_alone() throws IOException, InterruptedException {
    assertThat(output(Map.of(), "sh", "-c", help())).contains("Commands:").doesNotContain(ESCAPE);
  }
}
