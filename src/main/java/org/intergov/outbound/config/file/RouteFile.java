package org.intergov.outbound.config.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.intergov.outbound.config.Suggestion;
import org.intergov.outbound.config.yaml.Problems;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.config.yaml.YamlFile;
import org.intergov.outbound.message.Quote;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * What one route file defines and which endpoints it names, as far as that is to be seen without
 * Camel.
 *
 * @param text what stands in it
 * @param names where the name of a {@code direct:} or {@code seda:} endpoint stands by itself
 * @param problems where what is wrong with the file is told
 */
record RouteFile(
    Path path,
    String text,
    List<Definition> definitions,
    List<Use> uses,
    List<String> beans,
    List<ScalarNode> names,
    Problems problems) {

  static final String POST = "-post";

  private static final String LIST = "a list of route, routeTemplate and beans";

  /** Steps that may name an endpoint by a text alone. */
  private static final Set<String> SHORT_FORMS =
      Set.of("to", "toD", "wireTap", "enrich", "pollEnrich", "poll", "from");

  /** Steps whose endpoint is made of what a message holds, unless it is spelled out. */
  private static final Set<String> DYNAMIC = Set.of("toD", "wireTap", "enrich", "pollEnrich");

  /** Components whose endpoints are within one gateway. */
  static final Set<String> LOCAL = Set.of("direct", "seda");

  enum Type {
    ROUTE("route"),
    TEMPLATE("routeTemplate"),
    BEANS("beans");

    private final String word;

    Type(String word) {
      this.word = word;
    }

    static Optional<Type> of(String word) {
      return List.of(values()).stream().filter(t -> t.word.equals(word)).findFirst();
    }
  }

  /**
   * A route or a template.
   *
   * @param from the endpoint it starts at, without options; empty where that is not to be seen
   * @param at of the id
   */
  record Definition(
      Type type,
      String id,
      Path file,
      String path,
      Node at,
      String from,
      Optional<Node> parameters) {
    int line() {
      return Source.line(at);
    }
  }

  /**
   * An endpoint that is named.
   *
   * @param uri without options
   * @param dynamic whether it is made of what a message holds
   */
  record Use(String uri, boolean dynamic, boolean consumes, Node at, String path) {
    /** Empty where it is not to be seen. */
    String scheme() {
      int end = uri.indexOf(':');
      String scheme = end < 0 ? uri : uri.substring(0, end);
      return scheme.contains("{{") || scheme.contains("${") ? "" : scheme;
    }
  }

  static RouteFile read(Path path, Problems problems) {
    YamlFile yaml = new YamlFile(path, problems);
    Optional<String> text = yaml.text();
    RouteFile file =
        new RouteFile(
            path,
            text.orElse(""),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            new ArrayList<>(),
            problems);
    Optional<Node> root = text.flatMap(yaml::compose);
    if (root.isPresent() && root.get() instanceof SequenceNode list) {
      for (int i = 0; i < list.getValue().size(); i++) {
        file.readEntry(list.getValue().get(i), "[" + i + "]");
      }
    } else if (problems.errors() == 0) {
      String found = root.map(Source::kindOf).orElse("an empty file");
      problems.error(root.map(Source::line).orElse(1), "", found, LIST);
    }
    return file;
  }

  private void readEntry(Node entry, String at) {
    if (!(entry instanceof MappingNode map) || map.getValue().isEmpty()) {
      problems.error(Source.line(entry), at, Source.kindOf(entry), "a map with one of " + known());
      return;
    }
    for (NodeTuple tuple : map.getValue()) {
      String word = text(tuple.getKeyNode());
      Optional<Type> type = Type.of(word);
      if (type.isEmpty()) {
        problems.error(
            Source.line(tuple.getKeyNode()),
            at,
            "the unknown key " + Quote.of(word),
            Suggestion.oneOf(known(), word));
      } else if (type.get() == Type.BEANS) {
        readBeans(tuple.getValueNode());
      } else {
        readDefinition(type.get(), tuple.getValueNode(), at + "." + word);
      }
    }
  }

  private static List<String> known() {
    return List.of(Type.values()).stream().map(t -> t.word).toList();
  }

  private void readBeans(Node beans) {
    if (beans instanceof SequenceNode list) {
      list.getValue().forEach(b -> value(b, "name").ifPresent(name -> beans().add(text(name))));
    }
  }

  private void readDefinition(Type type, Node node, String at) {
    Optional<Node> id = value(node, "id").filter(n -> !text(n).isBlank());
    if (id.isEmpty()) {
      problems.error(Source.line(node), at + ".id", "nothing", "a name of its own");
      return;
    }
    Optional<Node> from =
        value(node, "from").or(() -> value(node, "route").flatMap(r -> value(r, "from")));
    definitions.add(
        new Definition(
            type,
            text(id.get()),
            path,
            at,
            id.get(),
            from.map(RouteFile::uri).orElse(""),
            value(node, "parameters")));
    collect(node, at, "");
  }

  private void collect(Node node, String at, String key) {
    if (node instanceof MappingNode map) {
      FileNames.check(map, at, problems);
      if (value(map, "uri").isPresent()) {
        use(map, at, key);
      }
      for (NodeTuple tuple : map.getValue()) {
        String name = text(tuple.getKeyNode());
        Node value = tuple.getValueNode();
        String path = at + "." + Quote.bare(name);
        if (value instanceof ScalarNode && SHORT_FORMS.contains(name)) {
          use(value, path, name);
          FileNames.checkOptions(value, path, problems);
        } else if (!name.equals("parameters")) {
          collect(value, path, name);
        }
      }
    } else if (node instanceof SequenceNode list) {
      for (int i = 0; i < list.getValue().size(); i++) {
        collect(list.getValue().get(i), at + "[" + i + "]", key);
      }
    }
  }

  private void use(Node node, String at, String key) {
    String uri = uri(node);
    nameOf(node).ifPresent(names::add);
    boolean consumes = key.equals("from");
    uses.add(new Use(uri, DYNAMIC.contains(key) && uri.contains("${"), consumes, node, at));
  }

  /** The endpoint that a step names, without its options. */
  private static String uri(Node step) {
    String uri =
        step instanceof ScalarNode
            ? text(step)
            : value(step, "uri").map(RouteFile::text).orElse("");
    int options = uri.indexOf('?');
    String bare = options < 0 ? uri : uri.substring(0, options);
    Optional<ScalarNode> name = nameOf(step);
    if (name.isPresent()) {
      return bare + ":" + text(name.get());
    }
    return bare.replaceFirst("^(direct|seda)://", "$1:");
  }

  /** Whether an endpoint is within this gateway. */
  static boolean isLocal(String uri) {
    return LOCAL.contains(uri.substring(0, Math.max(0, uri.indexOf(':'))));
  }

  /** The name of a local endpoint, where it is a parameter: {@code uri: direct}. */
  private static Optional<ScalarNode> nameOf(Node step) {
    boolean isLocal =
        value(step, "uri")
            .map(uri -> LOCAL.contains(text(uri).toLowerCase(Locale.ROOT)))
            .orElse(false);
    return isLocal
        ? value(step, "parameters")
            .flatMap(p -> value(p, "name"))
            .filter(ScalarNode.class::isInstance)
            .map(ScalarNode.class::cast)
        : Optional.empty();
  }

  static Optional<Node> value(Node node, String key) {
    return node instanceof MappingNode map
        ? map.getValue().stream()
            .filter(t -> text(t.getKeyNode()).equals(key))
            .map(NodeTuple::getValueNode)
            .findFirst()
        : Optional.empty();
  }

  static String text(Node node) {
    return node instanceof ScalarNode scalar && !Source.isNull(node) ? scalar.getValue() : "";
  }
}
