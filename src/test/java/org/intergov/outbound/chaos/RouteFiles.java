package org.intergov.outbound.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Random;

/** The operators' own routes beside the table of the system under test. */
final class RouteFiles {
  /** How errors name the file. */
  static final String NAME = "own.camel.yaml";

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
    return """
        - route:
            id: own-post
            description: Edit %d
            from:
              uri: direct:own-post
              steps:
                - to:
                    uri: file:outgoing/own
                    parameters:
                      fileName: "${header.safeKey}.json"
                      tempPrefix: .
                      fileExist: Ignore
                - setHeader:
                    name: channelTxnId
                    simple: "${header.safeKey}"
        - route:
            id: own-status
            from:
              uri: direct:own-status
              steps:
                - setHeader:
                    name: channelStatus
                    constant: confirmed
        """
        .formatted(edit);
  }

  /** One that no gateway may start with. */
  static String broken(Random random) {
    String good = good(-1);
    return switch (random.nextInt(4)) {
      case 0 -> good.substring(0, good.length() / 2) + "\n  - [";
      case 1 -> good.replace("uri: file:", "uri: fiel:");
      case 2 -> good.replace("tempPrefix:", "tmpPrefix:");
      default -> good.replace("id: own-status", "id: own-post");
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
