package org.intergov.outbound.config.yaml;

import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.intergov.outbound.message.Quote;
import org.intergov.outbound.routing.MatchField;
import org.intergov.outbound.routing.Secrets;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** What all readers of one file share: where problems go, and how a scalar becomes a text. */
public final class Source {

  /** Fields that status, errors, explanations or the API show as they are. */
  static final Set<String> SHOWN =
      Stream.concat(
              Stream.of("id", "description", "kind"),
              Stream.of(MatchField.values()).map(MatchField::key))
          .collect(Collectors.toSet());

  private final Problems problems;
  private final Placeholders placeholders;

  public Source(Problems problems, Function<String, String> env) {
    this.problems = problems;
    this.placeholders = new Placeholders(env);
  }

  public Problems problems() {
    return problems;
  }

  public static int line(Node node) {
    return node.getStartMark().map(m -> m.getLine() + 1).orElse(0);
  }

  public static boolean isNull(Node node) {
    return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
  }

  /** What a node is, without its value. */
  public static String kindOf(Node node) {
    if (isNull(node)) {
      return "nothing";
    } else if (node instanceof MappingNode) {
      return "a map";
    } else if (node instanceof SequenceNode) {
      return "a list";
    }
    return "a single value";
  }

  public void error(Node at, String path, String found, String expected) {
    problems.error(line(at), path, found, expected);
  }

  /** Reports a value that is not as expected. */
  public void error(Text text, String expected) {
    problems.error(text.line(), text.path(), text.found(), expected);
  }

  /**
   * The text of a scalar; nothing, and a problem, if it is no scalar or cannot be resolved.
   *
   * @param key decides whether the value may be shown
   */
  public Optional<Text> text(Node node, String path, String key, String expected) {
    if (!(node instanceof ScalarNode scalar) || isNull(node)) {
      error(node, path, kindOf(node), expected);
      return Optional.empty();
    }
    String written = scalar.getValue();
    boolean hidden = Secrets.hides(key);
    String shown = hidden ? "a value that is not shown" : Quote.of(written);
    if (SHOWN.contains(key) && !path.contains(".parameters.") && written.contains("{{")) {
      error(node, path, "a placeholder", "fixed text: it is shown to everyone who sees the table");
      return Optional.empty();
    }
    return placeholders
        .resolve(written, wanted -> error(node, path, shown, wanted))
        .map(value -> new Text(value, written, line(node), path, hidden));
  }
}
