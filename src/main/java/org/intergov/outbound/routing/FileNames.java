package org.intergov.outbound.routing;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.intergov.outbound.routing.RouteFile.Named;
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
  static Optional<Named> in(MappingNode map, String path) {
    boolean setsName = HEADERS.contains(word(map, "name"));
    for (NodeTuple tuple : map.getValue()) {
      String key = RouteFile.text(tuple.getKeyNode()).toLowerCase(Locale.ROOT);
      Node value = tuple.getValueNode();
      boolean names = setsName && !key.equals("name") || PARAMETERS.contains(key);
      if (names && holdsMessage(value, key)) {
        return Optional.of(new Named(value, path + "." + RouteFile.text(tuple.getKeyNode())));
      }
      if (key.equals("parameters") && value instanceof MappingNode parameters) {
        Optional<Named> inside = in(parameters, path + ".parameters");
        if (inside.isPresent()) {
          return inside;
        }
      }
    }
    return Optional.empty();
  }

  /** The options in the text of an endpoint. */
  static Optional<Named> inOptions(Node uri, String path) {
    var option = OPTION.matcher(RouteFile.text(uri));
    return option.find() && OF_MESSAGE.matcher(option.group(1)).find()
        ? Optional.of(new Named(uri, path))
        : Optional.empty();
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
