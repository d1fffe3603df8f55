package org.intergov.outbound.config.file;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intergov.outbound.config.yaml.Problems;
import org.intergov.outbound.config.yaml.Source;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/**
 * Finds the names of files that are made of what a message holds: with {@code ../} in it a message
 * would choose where it is written. {@code safeKey} has no such characters.
 */
final class FileNames {
  private static final Set<String> PARAMETERS =
      Set.of("filename", "tempfilename", "donefilename", "move", "movefailed", "premove");

  private static final Set<String> HEADERS =
      Set.of("camelfilename", "camelfilenameonly", "cameloverrulefilename");

  /** What of a message the Simple language reads; everything but {@code safeKey}. */
  private static final Pattern OF_MESSAGE =
      Pattern.compile(
          "\\$(?:simple)?\\{(?!(?:in\\.)?headers?(?:\\.|:|\\[['\"]?)safeKey\\b)"
              + "(?:in\\.)?(?:body|mandatoryBody|header|headers|message|exchange|variable|bean|ref)");

  private static final Pattern OPTION =
      Pattern.compile("(?i)[?&](?:fileName|tempFileName|doneFileName)=([^&]*)");

  private FileNames() {}

  /** A step that sets such a header, or the parameters of an endpoint. */
  static void check(MappingNode map, String path, Problems to) {
    boolean setsName = HEADERS.contains(word(map, "name"));
    for (NodeTuple tuple : map.getValue()) {
      String key = RouteFile.text(tuple.getKeyNode());
      String word = key.toLowerCase(Locale.ROOT);
      boolean names = setsName && !word.equals("name") || PARAMETERS.contains(word);
      if (names && holdsMessage(tuple.getValueNode(), word)) {
        tell(tuple.getValueNode(), path + "." + key, to);
      } else if (word.equals("parameters") && tuple.getValueNode() instanceof MappingNode inside) {
        check(inside, path + ".parameters", to);
      }
    }
  }

  /** The options in the text of an endpoint. */
  static void checkOptions(Node uri, String path, Problems to) {
    Matcher option = OPTION.matcher(RouteFile.text(uri));
    if (option.find() && OF_MESSAGE.matcher(option.group(1)).find()) {
      tell(uri, path, to);
    }
  }

  private static void tell(Node at, String path, Problems to) {
    to.error(
        Source.line(at),
        path,
        "a file name made from the content of a message",
        "a name with nothing of the message but safeKey: ${header.safeKey}");
  }

  private static String word(Node map, String key) {
    return RouteFile.value(map, key).map(RouteFile::text).orElse("").toLowerCase(Locale.ROOT);
  }

  /**
   * @param key of the value: the name of a language, for an expression
   */
  private static boolean holdsMessage(Node value, String key) {
    if (value instanceof ScalarNode) {
      String text = RouteFile.text(value);
      return key.equals("header") ? !text.equals("safeKey") : OF_MESSAGE.matcher(text).find();
    }
    if (key.equals("header")) {
      return !word(value, "expression").equals("safekey");
    }
    if (value instanceof MappingNode map) {
      return map.getValue().stream()
          .anyMatch(
              t ->
                  holdsMessage(
                      t.getValueNode(), RouteFile.text(t.getKeyNode()).toLowerCase(Locale.ROOT)));
    }
    return false;
  }
}
