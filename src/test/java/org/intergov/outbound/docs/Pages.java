package org.intergov.outbound.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The pages of the documentation, and those of their blocks that are run one after the other. */
public final class Pages {
  /** Pages, or sections of them, in the order in which somebody new would go through them. */
  private static final List<List<String>> IN_ORDER =
      List.of(
          List.of("README.md"),
          List.of("docs/INTEGRATING.md"),
          List.of("docs/CHANNELS.md", "## Add a channel to a running gateway"),
          List.of("docs/TUTORIAL.md"));

  private Pages() {}

  /** What {@code DocumentationIT} runs. */
  public static List<Blocks.Block> run() {
    List<Blocks.Block> blocks = new ArrayList<>();
    for (List<String> part : IN_ORDER) {
      for (Blocks.Block block : Blocks.of(Path.of(part.get(0)))) {
        boolean wanted = part.size() == 1 || block.section().equals(part.get(1));
        if (wanted && block.notRun() == null) {
          blocks.add(block);
        }
      }
    }
    return blocks;
  }

  /** Every page there is. */
  static List<Path> all() {
    try (Stream<Path> docs = Files.list(Path.of("docs"));
        Stream<Path> root = Files.list(Path.of(""))) {
      return Stream.concat(docs, root)
          .filter(page -> page.toString().endsWith(".md"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
