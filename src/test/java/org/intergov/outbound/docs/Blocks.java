package org.intergov.outbound.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The fenced blocks of a page, in order, with what the comment before each asks of a test. */
public final class Blocks {
  private static final Pattern BLOCK =
      Pattern.compile(
          "(?:^<!-- (?<asks>[^\\n]*) -->\\n)?^(?<indent> *)```(?<language>sh|sql)\\n(?<text>.*?)^ *```$",
          Pattern.MULTILINE | Pattern.DOTALL);

  private Blocks() {}

  /**
   * One block.
   *
   * @param asks {@code prints: TEXT} (its output has it), {@code in terminals of their own} (each
   *     line goes on running); empty: it just has to end well
   */
  public record Block(
      Path page, String section, int line, String language, String asks, String text) {
    /** Why no test runs it as it stands; null: one does. */
    public String notRun() {
      return NotRun.WHY.get(firstLine());
    }

    String firstLine() {
      return text.lines().findFirst().orElse("");
    }

    public boolean goesOn() {
      return asks.equals("in terminals of their own");
    }

    /** What its output must have; maybe nothing. */
    public String prints() {
      return asks.startsWith("prints: ") ? asks.substring("prints: ".length()) : "";
    }

    @Override
    public String toString() {
      return page + ":" + line;
    }
  }

  public static List<Block> of(Path page) {
    try {
      String text = Files.readString(page);
      List<Block> blocks = new ArrayList<>();
      Matcher m = BLOCK.matcher(text);
      while (m.find()) {
        String asks = m.group("asks") == null ? "" : m.group("asks");
        String block = m.group("text").replaceAll("(?m)^" + m.group("indent"), "");
        String before = text.substring(0, m.start("text"));
        int line = (int) before.lines().count();
        String section =
            before.lines().filter(l -> l.startsWith("## ")).reduce("", (last, next) -> next);
        blocks.add(new Block(page, section, line, m.group("language"), asks, block));
      }
      return blocks;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
