package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** The code blocks of a document that name a file in their first line, {@code # channels.yaml}. */
final class GuideBlocks {
  private GuideBlocks() {}

  /**
   * Those of one section, by the file they name, as a reader would copy them.
   *
   * @param heading of the section, which ends at the next heading of its level or above
   */
  static Map<String, String> of(Path document, String heading) {
    String[] lines;
    try {
      lines = Files.readString(document).split("\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String level = heading.substring(0, heading.indexOf(' '));
    Map<String, String> blocks = new LinkedHashMap<>();
    boolean inside = false;
    StringBuilder block = null;
    for (String line : lines) {
      if (block != null && line.equals("```")) {
        put(blocks, block.toString());
        block = null;
      } else if (block != null) {
        block.append(line).append('\n');
      } else if (line.startsWith("#") && line.indexOf(' ') <= level.length()) {
        inside = line.equals(heading);
      } else if (inside && line.startsWith("```")) {
        block = new StringBuilder();
      }
    }
    return blocks;
  }

  private static void put(Map<String, String> blocks, String block) {
    String first = block.substring(0, block.indexOf('\n'));
    if (first.matches("# [\\w./-]+\\.(yaml|sh)")) {
      blocks.put(first.substring(2), block);
    }
  }
}
