package org.intergov.outbound.config.kind;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.intergov.outbound.config.tls.TlsMaterial;
import org.intergov.outbound.config.yaml.Outline;
import org.intergov.outbound.config.yaml.Section;
import org.intergov.outbound.config.yaml.Source;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Checks what a channel's {@code tls} names: files that are there, and that fit each other. */
final class TlsCheck {

  private static final Duration SOON = Duration.ofDays(14);
  static final String MAP = "tls";

  private final Source source;

  TlsCheck(Source source) {
    this.source = source;
  }

  /**
   * Reads the files once, and makes their paths absolute: they are relative to the folder of {@code
   * channels.yaml}.
   *
   * @param values what was read of the parameters so far
   */
  void check(Section parameters, Map<String, String> values) {
    Optional<Node> given = parameters.get(MAP);
    Map<String, String> tls = under(MAP, values);
    if (given.isEmpty() || tls.isEmpty() || !(given.get() instanceof MappingNode)) {
      return;
    }
    Section section = Section.peek(source, given.get(), parameters.pathOf(MAP));
    if (!fitTogether(section) || !allGood(section, tls) || !makeAbsolute(section, tls)) {
      return;
    }
    TlsMaterial.FILES.stream()
        .filter(tls::containsKey)
        .forEach(file -> values.put(MAP + "." + file, tls.get(file)));
    if (HttpAddress.read(values.getOrDefault("url", "")).filter(url -> !url.tls()).isPresent()) {
      source.error(given.get(), parameters.pathOf(MAP), "tls for an http url", "an https url");
    }
    try {
      TlsMaterial material = TlsMaterial.read(tls);
      String own = tls.containsKey("keystore") ? "keystore" : "certificate";
      material.identity().ifPresent(i -> warnOfAge(section, own, i.chain().get(0)));
      String ca = tls.containsKey("ca") ? "ca" : "truststore";
      if (material.trusted().size() == 1) {
        warnOfAge(section, ca, material.trusted().get(0));
      }
    } catch (TlsMaterial.BadFileException e) {
      Node at = section.get(e.setting()).orElse(given.get()); // not there: the template's default
      source.error(at, section.pathOf(e.setting()), e.getMessage(), e.expected());
    }
  }

  /** What is given under {@code map.}, by key. */
  static Map<String, String> under(String map, Map<String, String> values) {
    Map<String, String> inside = new HashMap<>();
    values.forEach(
        (name, value) -> {
          if (name.startsWith(map + ".")) {
            inside.put(name.substring(map.length() + 1), value);
          }
        });
    return inside;
  }

  /** Without a value that has been refused, nothing can be said of the others. */
  private static boolean allGood(Section section, Map<String, String> tls) {
    return TlsMaterial.FILES.stream()
        .flatMap(file -> Stream.of(file, file + "-password"))
        .allMatch(key -> section.get(key).isEmpty() || tls.containsKey(key));
  }

  private boolean fitTogether(Section tls) {
    return together(tls, "certificate", "key")
        && together(tls, "key", "certificate")
        && with(tls, "key-password", "key")
        && with(tls, "keystore-password", "keystore")
        && with(tls, "truststore-password", "truststore")
        && either(tls, "keystore", "certificate")
        && either(tls, "truststore", "ca");
  }

  /** The same rules for a schema. */
  static void outline(Outline tls) {
    tls.also(
        "dependentRequired",
        Outline.object(
            "certificate", List.of("key"),
            "key", List.of("certificate"),
            "key-password", List.of("key"),
            "keystore-password", List.of("keystore"),
            "truststore-password", List.of("truststore")));
    tls.also(
        "allOf",
        List.of(
            Outline.object("not", Outline.object("required", List.of("keystore", "certificate"))),
            Outline.object("not", Outline.object("required", List.of("truststore", "ca")))));
  }

  private boolean together(Section tls, String one, String other) {
    if (tls.get(one).isPresent() && tls.get(other).isEmpty()) {
      tls.missing(other, "a PEM file beside " + one);
      return false;
    }
    return true;
  }

  private boolean with(Section tls, String password, String file) {
    if (tls.get(password).isPresent() && tls.get(file).isEmpty()) {
      tls.missing(file, "the file that " + password + " opens");
      return false;
    }
    return true;
  }

  private boolean either(Section tls, String one, String other) {
    if (tls.get(one).isPresent() && tls.get(other).isPresent()) {
      String found = "a value beside " + other;
      source.error(
          tls.get(one).get(), tls.pathOf(one), found, "either %s or %s".formatted(one, other));
      return false;
    }
    return true;
  }

  private boolean makeAbsolute(Section section, Map<String, String> tls) {
    Path folder = source.problems().file().toAbsolutePath().getParent();
    boolean good = true;
    for (String file : List.copyOf(tls.keySet())) {
      if (TlsMaterial.FILES.contains(file)) {
        try {
          tls.compute(file, (key, path) -> folder.resolve(path).normalize().toString());
        } catch (InvalidPathException e) {
          String expected = "the path of a file";
          source.error(section.get(file).orElseThrow(), section.pathOf(file), "no path", expected);
          good = false;
        }
      }
    }
    return good;
  }

  private void warnOfAge(Section section, String key, X509Certificate certificate) {
    Instant now = Instant.now();
    Instant from = certificate.getNotBefore().toInstant();
    Instant until = certificate.getNotAfter().toInstant();
    String found = null;
    if (now.isAfter(until)) {
      found = "a certificate that expired at " + until;
    } else if (now.isBefore(from)) {
      found = "a certificate that is not valid before " + from;
    } else if (now.plus(SOON).isAfter(until)) {
      found = "a certificate that expires at " + until;
    }
    if (found != null) {
      int line = section.get(key).map(Source::line).orElse(section.line());
      String expected = "one that is valid for at least two more weeks";
      source.problems().warning(line, section.pathOf(key), found, expected);
    }
  }
}
