package org.intergov.outbound.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The systemd unit, by systemd's own tool where it is there; the rest of it is read. */
class SystemdUnitTest {
  private static final Path UNIT = Path.of("deploy/systemd/intergov-outbound.service");
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  /** Of ten; what systemd calls OK ends at 4.9. */
  private static final double MOST_EXPOSURE = 2.0;

  @TempDir private Path folder;

  private record Result(int exitCode, String output) {}

  private static Result analyze(String... arguments) throws Exception {
    List<String> command = new java.util.ArrayList<>(List.of("systemd-analyze"));
    command.addAll(List.of(arguments));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
      return new Result(process.exitValue(), out);
    } catch (IOException e) {
      assumeTrue(false, "NOT CHECKED: no systemd-analyze on this machine (" + e + ")");
      throw e;
    }
  }

  /** The unit with the java of this machine: verify wants the program to be there. */
  private Path unit() throws IOException {
    String text = Files.readString(UNIT).replace("/usr/bin/java", JAVA.toString());
    return Files.writeString(folder.resolve(UNIT.getFileName()), text);
  }

  @Test
  void systemd_finds_no_fault_with_the_unit() throws Exception {
    Result verify = analyze("verify", "--man=no", unit().toString());
    assertThat(verify.output()).isEmpty();
    assertThat(verify.exitCode()).isZero();
  }

  @Test
  void systemd_finds_a_fault_where_there_is_one() throws Exception {
    Path unit = unit();
    Files.writeString(unit, Files.readString(unit).replace("KillMode=mixed", "KillMode=mixt"));
    assertThat(analyze("verify", "--man=no", unit.toString()).output()).contains("kill mode");
  }

  @Test
  void the_unit_is_hardened() throws Exception {
    Result security = analyze("security", "--offline=true", "--no-pager", unit().toString());
    Matcher level =
        Pattern.compile("Overall exposure level for \\S+: ([0-9.]+)").matcher(security.output());
    assertThat(level.find()).as(security.output()).isTrue();
    assertThat(Double.parseDouble(level.group(1)))
        .as(security.output())
        .isLessThanOrEqualTo(MOST_EXPOSURE);
  }

  @Test
  void a_stop_has_the_time_it_takes_and_a_wrong_configuration_is_not_tried_again()
      throws IOException {
    Duration stop = Duration.ofSeconds(Long.parseLong(value("TimeoutStopSec")));
    assertThat(stop).isGreaterThan(DeployFiles.duration("intergov.shutdown.timeout"));
    assertThat(value("RestartPreventExitStatus")).isEqualTo("2");
  }

  @Test
  void the_unit_sets_only_settings_that_exist() throws IOException {
    Matcher m =
        Pattern.compile("Environment=\"?(INTERGOV_[A-Z_]+)=").matcher(Files.readString(UNIT));
    int found = 0;
    while (m.find()) {
      found++;
      assertThat(DeployFiles.variables()).contains(m.group(1));
    }
    assertThat(found).isPositive();
  }

  private static String value(String key) throws IOException {
    return Files.readAllLines(UNIT).stream()
        .filter(l -> l.startsWith(key + "="))
        .findFirst()
        .orElseThrow()
        .substring(key.length() + 1);
  }
}
