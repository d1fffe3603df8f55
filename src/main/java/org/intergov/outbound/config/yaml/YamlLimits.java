package org.intergov.outbound.config.yaml;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;

/** Keeps out the parts of YAML that a routing table does not need and an attacker likes. */
final class YamlLimits {

  private static final int DEEPEST = 20;

  private final Problems problems;
  private int depth;
  private int documents;

  YamlLimits(Problems problems) {
    this.problems = problems;
  }

  /** Reports what is not allowed; throws what the parser throws when the text is not YAML. */
  void check(LoadSettings settings, String text) {
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof DocumentStartEvent && ++documents == 2) {
        problems.error(line(event), "", "a second document (---)", "one document");
        return;
      }
      if (event instanceof CollectionEndEvent) {
        depth--;
      } else if (event instanceof CollectionStartEvent && ++depth > DEEPEST) {
        problems.error(
            line(event), "", "more than " + DEEPEST + " levels", "at most " + DEEPEST + " levels");
        return;
      }
      if (event instanceof NodeEvent node) {
        checkNode(node);
      }
    }
  }

  private void checkNode(NodeEvent node) {
    if (node instanceof AliasEvent) {
      problems.error(line(node), "", "an alias (*)", "the value itself");
    } else if (node.getAnchor().isPresent()) {
      problems.error(line(node), "", "an anchor (&)", "no anchors; common settings go to defaults");
    }
    boolean tagged =
        (node instanceof ScalarEvent scalar && scalar.getTag().isPresent())
            || (node instanceof CollectionStartEvent start && start.getTag().isPresent());
    if (tagged) {
      problems.error(line(node), "", "a tag (!)", "no tags; quote a value that begins with !");
    }
  }

  private static int line(Event event) {
    return event.getStartMark().map(m -> m.getLine() + 1).orElse(0);
  }
}
