package org.intergov.outbound.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** No block of commands goes untested unseen, and no link leads nowhere. */
class PagesTest {
  /** Where the blocks that name a file are run by {@code ChannelGuideIT}. */
  private static final String GUIDE = "## A kind of your own, from nothing";

  private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");

  private static List<Blocks.Block> commands() {
    return Pages.all().stream()
        .flatMap(page -> Blocks.of(page).stream())
        .filter(block -> block.language().equals("sh"))
        .toList();
  }

  @Test
  void every_block_of_commands_is_run_or_stands_in_the_list_with_the_reason() {
    Set<String> run = new TreeSet<>();
    Pages.run().forEach(block -> run.add(block.toString()));
    assertThat(commands())
        .as("to comply, add the page to Pages, or the block's first line to NotRun")
        .hasSizeGreaterThan(30)
        .allSatisfy(
            block -> {
              boolean ofGuide =
                  block.section().equals(GUIDE) && block.firstLine().matches("# \\w+\\.sh");
              boolean once = (block.notRun() != null) ^ run.contains(block.toString()) ^ ofGuide;
              assertThat(once).as("%s: %s", block, block.firstLine()).isTrue();
            });
  }

  @Test
  void the_list_names_no_block_that_is_gone() {
    assertThat(commands()).extracting(Blocks.Block::firstLine).containsAll(NotRun.WHY.keySet());
  }

  @Test
  void every_link_leads_to_a_file_and_a_heading_that_are_there() throws IOException {
    List<String> broken = new ArrayList<>();
    for (Path page : Pages.all()) {
      String text = Files.readString(page).replaceAll("(?ms)^ *```.*?^ *```", "");
      Matcher m = LINK.matcher(text);
      while (m.find()) {
        if (!m.group(1).contains("://") && !leadsSomewhere(page, m.group(1))) {
          broken.add(page + ": " + m.group(1));
        }
      }
    }
    assertThat(broken).isEmpty();
  }

  private static boolean leadsSomewhere(Path page, String link) throws IOException {
    String[] parts = link.split("#", 2);
    Path target = parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
    if (!Files.exists(target)) {
      return false;
    }
    return parts.length == 1
        || !target.toString().endsWith(".md")
        || anchors(target).contains(parts[1]);
  }

  /** As GitHub makes them of headings. */
  private static Set<String> anchors(Path page) throws IOException {
    Set<String> anchors = new TreeSet<>();
    for (String line : Files.readAllLines(page)) {
      if (line.matches("#{1,6} .*")) {
        String heading = line.replaceFirst("#+ ", "").toLowerCase(java.util.Locale.ROOT);
        anchors.add(heading.replaceAll("[^\\w\\s-]", "").replace(' ', '-'));
      }
    }
    return anchors;
  }

  @Test
  void the_readme_links_to_every_page() throws IOException {
    String readme = Files.readString(Path.of("README.md"));
    assertThat(Pages.all())
        .filteredOn(page -> !page.toString().equals("README.md"))
        .allSatisfy(page -> assertThat(readme).contains("](" + page + ")"));
  }
}
