package org.intergov.outbound.config.file;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.intergov.outbound.config.Suggestion;
import org.intergov.outbound.config.file.RouteFile.Definition;
import org.intergov.outbound.config.file.RouteFile.Type;
import org.intergov.outbound.config.file.RouteFile.Use;
import org.intergov.outbound.config.file.RoutesFolder.Reserved;
import org.intergov.outbound.config.yaml.Problems;
import org.intergov.outbound.config.yaml.Source;
import org.intergov.outbound.message.Quote;
import org.snakeyaml.engine.v2.nodes.Node;

/** Checks the route files of one folder with each other and with what the gateway has itself. */
final class RouteFilesCheck {
  private static final String MORE =
      "a component on the class path; add others with -cp intergov-outbound.jar:lib/*";

  private final Reserved reserved;
  private final Predicate<String> hasComponent;
  private final Map<String, Definition> ids = new HashMap<>();
  private final Map<String, Definition> entrances = new HashMap<>();

  RouteFilesCheck(Reserved reserved, Predicate<String> hasComponent) {
    this.reserved = reserved;
    this.hasComponent = hasComponent;
  }

  void check(List<RouteFile> files) {
    for (RouteFile file : files) {
      file.definitions().forEach(d -> checkDefinition(d, file.problems()));
    }
    Set<String> beans = new HashSet<>();
    files.forEach(f -> beans.addAll(f.beans()));
    TemplatesCheck templates = new TemplatesCheck(reserved.kinds(), ids);
    for (RouteFile file : files) {
      file.definitions().stream()
          .filter(d -> d.type() == Type.TEMPLATE)
          .forEach(d -> templates.check(d, file.problems()));
      file.uses().forEach(u -> checkUse(u, beans, file.problems()));
    }
  }

  private void checkDefinition(Definition d, Problems to) {
    Definition earlier = ids.putIfAbsent(d.id(), d);
    if (earlier != null) {
      again(to, d.at(), d.path() + ".id", "the id " + Quote.of(d.id()), earlier);
    } else if (reserved.routeIds().contains(d.id())) {
      to.error(
          d.line(),
          d.path() + ".id",
          "the id " + Quote.of(d.id()),
          "another id; the gateway itself has a route of this id");
    }
    if (d.type() == Type.ROUTE && RouteFile.isLocal(d.from())) {
      checkEntrance(d, to);
    }
  }

  private void checkEntrance(Definition d, Problems to) {
    String name = d.from().substring(d.from().indexOf(':') + 1);
    if (reserved.routeIds().contains(name)) {
      String found = "the endpoint " + Quote.of(d.from());
      to.error(
          d.line(), d.path() + ".from", found, "another name; the gateway uses this one itself");
    }
    Definition earlier = d.from().startsWith("direct:") ? entrances.putIfAbsent(d.from(), d) : null;
    if (earlier != null) {
      again(to, d.at(), d.path() + ".from", "a second route from " + d.from(), earlier);
    }
  }

  private static void again(Problems to, Node at, String path, String what, Definition earlier) {
    String expected =
        "it once; %s:%d has it".formatted(earlier.file().getFileName(), earlier.line());
    to.error(Source.line(at), path, what + " again", expected);
  }

  private void checkUse(Use use, Set<String> beans, Problems to) {
    int line = Source.line(use.at());
    String scheme = use.scheme();
    if (scheme.isEmpty()) {
      return;
    }
    if (!beans.contains(scheme) && !hasComponent.test(scheme)) {
      to.error(
          line,
          use.path(),
          "the unknown component " + Quote.of(scheme),
          CamelComponents.remedy(scheme));
    } else if (use.dynamic()) {
      to.error(
          line,
          use.path(),
          "an endpoint whose address is built for each message",
          "a fixed endpoint: with a header or body in the address, a message chooses where it goes");
    } else if (use.uri().startsWith("direct:") && !use.consumes() && isFixed(use.uri())) {
      checkTarget(use, line, to);
    }
  }

  private void checkTarget(Use use, int line, Problems to) {
    if (!entrances.containsKey(use.uri())) {
      Set<String> known = new TreeSet<>(entrances.keySet());
      to.error(
          line,
          use.path(),
          Quote.of(use.uri()) + ", where no route of this folder starts",
          Suggestion.oneOf(known, use.uri()));
    }
  }

  private static boolean isFixed(String uri) {
    return !uri.contains("{{") && !uri.contains("${");
  }
}
