package org.intergov.outbound.config.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.file.RouteFile.Definition;
import org.intergov.outbound.config.yaml.Problems;

/**
 * The folder of an operator's own route files, {@code *.camel.yaml}: read and checked without
 * running any of them.
 */
public final class RoutesFolder {
  /** What the names of its files end in. */
  public static final String ENDING = ".camel.yaml";

  private static final RoutesFolder NONE = new RoutesFolder(null, List.of(), List.of());

  private final Path folder;
  private final List<RouteFile> files;
  private final List<Problem> warnings;

  /** What of the gateway's own these files must not use. */
  public record Reserved(List<String> routeIds, List<String> kinds) {
    public Reserved {
      routeIds = List.copyOf(routeIds);
      kinds = List.copyOf(kinds);
    }
  }

  private RoutesFolder(Path folder, List<RouteFile> files, List<Problem> warnings) {
    this.folder = folder;
    this.files = files;
    this.warnings = warnings;
  }

  /** The folder {@code routes} beside a routing table; empty if there is none. */
  public static Optional<Path> beside(Path channels) {
    Path routes = channels.toAbsolutePath().resolveSibling("routes");
    return Files.isDirectory(routes) ? Optional.of(routes) : Optional.empty();
  }

  /** No files. */
  public static RoutesFolder none() {
    return NONE;
  }

  /**
   * Reads every file of the folder, in the order of their names.
   *
   * @param hasComponent whether there is a Camel component of this name
   * @throws InvalidChannelsException naming every error in every file
   */
  public static RoutesFolder read(Path folder, Reserved reserved, Predicate<String> hasComponent)
      throws InvalidChannelsException {
    List<Problems> problems = new ArrayList<>();
    List<RouteFile> files = new ArrayList<>();
    for (Path path : list(folder)) {
      Problems own = new Problems(path);
      problems.add(own);
      if (path.toString().endsWith(ENDING)) {
        files.add(RouteFile.read(path, own));
      } else {
        own.warning(0, "", "a file that is not loaded", "a name that ends in " + ENDING);
      }
    }
    new RouteFilesCheck(reserved, hasComponent).check(files);
    List<Problem> all = problems.stream().flatMap(p -> p.inOrder().stream()).toList();
    if (all.stream().anyMatch(p -> p.severity() == Severity.ERROR)) {
      throw new InvalidChannelsException(folder, all);
    }
    return new RoutesFolder(folder, files, all);
  }

  private static List<Path> list(Path folder) throws InvalidChannelsException {
    try (Stream<Path> all = Files.list(folder)) {
      return all.filter(RoutesFolder::mayBeRoutes).sorted().toList();
    } catch (IOException e) {
      Problems own = new Problems(folder);
      own.error(0, "", "a folder that cannot be read", "a folder of files *" + ENDING);
      throw new InvalidChannelsException(folder, own.inOrder());
    }
  }

  /** Whether it looks like a file that an operator means to be loaded. */
  static boolean mayBeRoutes(Path file) {
    return file.toString().matches(".*\\.ya?ml");
  }

  /** Whether the same stands in the same files. */
  public boolean isSameAs(RoutesFolder other) {
    return texts("").equals(other.texts(""));
  }

  /**
   * What stands in each file.
   *
   * @param suffix is put after the name of each {@code direct:} and {@code seda:} endpoint at which
   *     a route of these files starts, wherever it is named, so that two versions of the files can
   *     stand side by side
   */
  public Map<Path, String> texts(String suffix) {
    LocalNames names = new LocalNames(localNames(), suffix);
    Map<Path, String> texts = new LinkedHashMap<>();
    files.forEach(f -> texts.put(f.path(), names.renamedIn(f)));
    return texts;
  }

  private Set<String> localNames() {
    return definitions()
        .filter(d -> d.type() == RouteFile.Type.ROUTE && RouteFile.isLocal(d.from()))
        .map(d -> d.from().substring(d.from().indexOf(':') + 1))
        .collect(Collectors.toSet());
  }

  public List<Path> files() {
    return files.stream().map(RouteFile::path).toList();
  }

  /** What should be mended although the files can be used. */
  public List<Problem> warnings() {
    return warnings;
  }

  /** Names that {@code direct:} routes of these files listen on, as endpoints, in order. */
  public List<String> entrances() {
    return definitions()
        .filter(d -> d.type() == RouteFile.Type.ROUTE)
        .map(Definition::from)
        .filter(from -> from.startsWith("direct:"))
        .sorted()
        .toList();
  }

  /** Ids of their routes and templates. */
  public List<String> ids() {
    return definitions().map(Definition::id).toList();
  }

  /** Id of the route that starts at this endpoint; empty if there is none. */
  public String idFrom(String endpoint) {
    return definitions()
        .filter(d -> d.from().equals(endpoint))
        .map(Definition::id)
        .findFirst()
        .orElse("");
  }

  /** Names of the beans that these files define. */
  public List<String> beans() {
    return files.stream().flatMap(f -> f.beans().stream()).toList();
  }

  /** Whether an endpoint is within this gateway: others cannot take anything in through it. */
  public static boolean isLocal(String uri) {
    return RouteFile.isLocal(uri);
  }

  /** The kinds that these files define. */
  public List<String> kinds() {
    return definitions()
        .filter(d -> d.type() == RouteFile.Type.TEMPLATE)
        .filter(d -> d.id().endsWith(RouteFile.POST))
        .map(d -> d.id().substring(0, d.id().length() - RouteFile.POST.length()))
        .toList();
  }

  /**
   * An error in what one of these files defines, found by running it.
   *
   * @param id of a route, or of a template
   */
  public InvalidChannelsException error(String id, String found, String expected) {
    Optional<Definition> at = definitions().filter(d -> d.id().equals(id)).findFirst();
    Problem problem =
        new Problem(
            Severity.ERROR,
            at.map(Definition::file).orElse(folder),
            at.map(Definition::line).orElse(0),
            at.map(Definition::id).orElse(""),
            found,
            expected);
    return new InvalidChannelsException(folder, List.of(problem));
  }

  /** An error in one of these files. */
  public InvalidChannelsException error(Path file, int line, String found, String expected) {
    Problem problem = new Problem(Severity.ERROR, file, line, "", found, expected);
    return new InvalidChannelsException(folder, List.of(problem));
  }

  private Stream<Definition> definitions() {
    return files.stream().flatMap(f -> f.definitions().stream());
  }
}
