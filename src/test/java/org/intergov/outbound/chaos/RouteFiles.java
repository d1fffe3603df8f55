package org.intergov.outbound.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;

/**
 * The operators' routes of the system under test: a kind of channel of their own, which does what
 * the one for HTTP does.
 */
final class RouteFiles {
  /** The kind that the file is about. */
  static final String KIND = "own";

  /** How errors name the file. */
  static final String NAME = KIND + ".camel.yaml";

  private final Path folder;

  /**
   * @param table beside which gateways look for them
   */
  RouteFiles(Path table) {
    folder = table.resolveSibling("routes");
    write(good(0));
  }

  /** Whole, and another one than that of any other number. */
  static String good(int edit) {
    String http = "/routes/channels/http.camel.yaml";
    try (InputStream in = RouteFiles.class.getResourceAsStream(http)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .replaceAll("(?m)^(    id: )http-", "$1" + KIND + "-")
          .replace("\"The public Channel API: ", "\"Edit " + edit + ": ");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One that no gateway may start with. */
  static String broken(Random random) {
    String good = good(-1);
    return switch (random.nextInt(4)) {
      case 0 -> good.substring(0, good.length() / 2) + "\n  - [";
      case 1 -> good.replaceFirst("channel-http:", "chanel-http:");
      case 2 -> good.replaceFirst("connectTimeout:", "conectTimeout:");
      default -> good.replaceFirst("id: own-status", "id: own-post");
    };
  }

  void write(String yaml) {
    try {
      Files.createDirectories(folder);
      Path other = Files.writeString(folder.resolve("new"), yaml);
      Files.move(
          other,
          folder.resolve(NAME),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
