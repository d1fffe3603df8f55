package org.intergov.outbound.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each deliberate bug finds the code that it is for. */
class BugAgentTest {
  private static final Path CLASSES = Path.of("target", "classes");

  static Set<String> bugs() {
    return BugAgent.names().keySet();
  }

  @ParameterizedTest
  @MethodSource("bugs")
  void a_bug_is_in_the_code_that_it_is_for(String bug) throws IOException {
    assertThat(changed(bug)).isNotEmpty().containsAll(BugAgent.methods(bug));
  }

  @Test
  void without_a_bug_nothing_is_changed() throws IOException {
    assertThat(changed("none")).isEmpty();
  }

  private static Set<String> changed(String bug) throws IOException {
    BugAgent agent = new BugAgent(bug);
    try (Stream<Path> files = Files.walk(CLASSES.resolve("org/intergov/outbound"))) {
      files.filter(f -> f.toString().endsWith(".class")).forEach(f -> load(agent, f));
    }
    return agent.applied();
  }

  private static void load(BugAgent agent, Path file) {
    String name = CLASSES.relativize(file).toString().replace(".class", "").replace('\\', '/');
    try {
      agent.transform(null, name, null, null, Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
