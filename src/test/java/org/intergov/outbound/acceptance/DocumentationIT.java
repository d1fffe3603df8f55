package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.intergov.outbound.docs.Blocks.Block;
import org.intergov.outbound.docs.Pages;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Does what the pages say, block by block, in a directory of its own; only ports are others. A
 * comment before a block says what it must print.
 */
@Execution(ExecutionMode.CONCURRENT)
class DocumentationIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String DATABASE = "documentation";

  /** Stands for java in the blocks: commands that call the gateway call it at its port here. */
  private static final String JAVA =
      """
      #!/bin/bash
      set -- "${@:3}" # all are java -jar FILE COMMAND
      case "$1" in
        submit|status|replay|resolve|dead-letters|pause|resume|reload) set -- "$1" --url "$GATEWAY_URL" "${@:2}" ;;
      esac
      exec "$REAL_JAVA" $REAL_OPTIONS -XX:TieredStopAtLevel=1 -Xmx256m -jar "$REAL_JAR" "$@"
      """;

  @TempDir private Path directory;
  private final List<Process> running = new ArrayList<>();
  private final int api = Ports.free();
  private final int management = Ports.free();
  private final int channel = Ports.free();
  private final int secondChannel = Ports.free();
  private final PostgresServer.Login login = POSTGRES.createEmpty(DATABASE);

  private String withPortsOfThisTest(String text) {
    return text.replace("8080", String.valueOf(api))
        .replace("9876", String.valueOf(management))
        .replace("9090", String.valueOf(channel))
        .replace("9191", String.valueOf(secondChannel));
  }

  private Process start(String script, Path output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euo", "pipefail", "-c", withPortsOfThisTest(script))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    var environment = builder.environment();
    environment.keySet().removeIf(k -> k.startsWith("INTERGOV_"));
    environment.put("REAL_JAVA", GatewayProcess.java());
    environment.put("REAL_OPTIONS", String.join(" ", ClassArchive.options()));
    environment.put("REAL_JAR", GatewayProcess.jar().toString());
    environment.merge("PATH", directory + "/bin", (path, bin) -> bin + ":" + path);
    environment.put("GATEWAY_URL", "http://127.0.0.1:" + api);
    environment.put("INTERGOV_API_PORT", String.valueOf(api));
    environment.put("INTERGOV_MANAGEMENT_PORT", String.valueOf(management));
    environment.put("INTERGOV_DATABASE_URL", login.url());
    environment.put("INTERGOV_DATABASE_USERNAME", login.username());
    environment.put("INTERGOV_DATABASE_PASSWORD", login.password());
    return builder.start();
  }

  @AfterEach
  void endWhatGoesOn() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path pid : files.filter(f -> f.toString().endsWith(".pid")).toList()) {
        long number = Long.parseLong(Files.readString(pid).strip());
        ProcessHandle.of(number).ifPresent(ProcessHandle::destroyForcibly);
      }
    }
    for (Process process : running) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private void prepare() throws IOException {
    Path java = GatewayProcess.write(directory.resolve("bin").resolve("java"), JAVA);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    String table = Files.readString(Path.of("channels.yaml"));
    Files.writeString(directory.resolve("channels.yaml"), withPortsOfThisTest(table));
  }

  @Test
  void every_block_does_what_the_page_says() throws Exception {
    prepare();
    int run = 0;
    for (Block block : Pages.run()) {
      run(block);
      run++;
    }
    assertThat(run).as("blocks that were run").isGreaterThan(25);
  }

  private void run(Block block) throws Exception {
    if (block.goesOn()) {
      for (String line : block.text().lines().toList()) {
        running.add(start(line, directory.resolve("terminal-" + running.size() + ".log")));
      }
      awaitReady(block);
    } else if (block.language().equals("sql")) {
      sql(block);
    } else {
      // what is asked for may take a moment, and every block may be repeated
      await(block + " prints what the page says")
          .pollInterval(Duration.ofMillis(200))
          .untilAsserted(
              () -> assertThat(output(block)).contains(withPortsOfThisTest(block.prints())));
    }
  }

  private void awaitReady(Block block) {
    String ready = "curl -sf http://127.0.0.1:9876/observe/health/ready";
    await(block + ": the gateway is ready")
        .pollInterval(Duration.ofMillis(200))
        .failFast(this::stillRun)
        .until(() -> start(ready, directory.resolve("ready.log")).waitFor() == 0);
  }

  private void stillRun() {
    running.forEach(p -> assertThat(p.isAlive()).as("in %s", directory).isTrue());
  }

  private void sql(Block block) throws SQLException {
    for (String statement : block.text().split(";\\s*\\n")) {
      POSTGRES.execute(DATABASE, statement);
    }
  }

  private String output(Block block) throws IOException, InterruptedException {
    Path file = directory.resolve("output.txt");
    Process process = start(block.text(), file);
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as("%s ends", block).isTrue();
    String output = Files.readString(file, StandardCharsets.UTF_8);
    assertThat(process.exitValue()).as("%s: %s", block, output).isZero();
    return output;
  }
}
