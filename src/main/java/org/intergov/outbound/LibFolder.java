package org.intergov.outbound;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;

/**
 * The folder of further JARs: Camel components that an operator's routes use, and what these need.
 * What is in the gateway's JAR too is taken from there.
 */
public final class LibFolder {
  private LibFolder() {}

  /**
   * The JARs of the folder, in the order of their names, are on the class path of all that this
   * thread, and those it starts, make of Camel from now on.
   *
   * @throws InvalidSettingsException if the folder cannot be read, or others can write to it
   */
  public static void join(Path folder) {
    try (Stream<Path> all = Files.list(folder)) {
      List<URL> jars = new ArrayList<>();
      for (Path jar : all.filter(f -> f.toString().endsWith(".jar")).sorted().toList()) {
        checkIsOurs(jar);
        jars.add(jar.toUri().toURL());
      }
      checkIsOurs(folder);
      if (!jars.isEmpty()) {
        Thread thread = Thread.currentThread();
        thread.setContextClassLoader(
            new URLClassLoader("lib", jars.toArray(URL[]::new), thread.getContextClassLoader()));
      }
    } catch (IOException e) {
      throw fault("%s cannot be read (%s)".formatted(folder, e.getMessage()));
    }
  }

  /** What is in it runs with all that the gateway may do. */
  private static void checkIsOurs(Path path) throws IOException {
    try {
      if (Files.getPosixFilePermissions(path).contains(PosixFilePermission.OTHERS_WRITE)) {
        throw fault(
            "others can write to %s, expected only its owner to: chmod o-w %s"
                .formatted(path, path));
      }
    } catch (UnsupportedOperationException e) {
      // no such modes here
    }
  }

  private static InvalidSettingsException fault(String what) {
    return new InvalidSettingsException(List.of(Setting.LIB_DIR.key() + ": " + what));
  }

  /** Camel looks for components, and for what they need, where this thread does. */
  static <T extends CamelContext> T known(T camel) {
    camel.setApplicationContextClassLoader(Thread.currentThread().getContextClassLoader());
    return camel;
  }
}
