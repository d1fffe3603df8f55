package org.intergov.outbound.acceptance;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import net.bytebuddy.jar.asm.ClassReader;

/**
 * A Java agent of the tests' own as a JAR, with the classes of its package that begin as it does.
 */
public final class AgentJar {
  private static final Map<Class<?>, Path> MADE = new ConcurrentHashMap<>();

  private AgentJar() {}

  /** Made once, for a JAR must not change under a JVM that reads it. */
  public static Path of(Class<?> agent) {
    return MADE.computeIfAbsent(agent, AgentJar::make);
  }

  private static Path make(Class<?> agent) {
    Path jar = Path.of("target", "acceptance", agent.getSimpleName() + ".jar").toAbsolutePath();
    String folder = agent.getPackageName().replace('.', '/') + "/";
    try {
      Manifest manifest = new Manifest();
      Attributes main = manifest.getMainAttributes();
      main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
      main.put(new Attributes.Name("Premain-Class"), agent.getName());
      main.put(new Attributes.Name("Can-Retransform-Classes"), "true");
      main.put(Attributes.Name.CLASS_PATH, placeOf(ClassReader.class).toUri().toString());
      Files.createDirectories(jar.getParent());
      try (OutputStream file = Files.newOutputStream(jar);
          JarOutputStream out = new JarOutputStream(file, manifest);
          var classes =
              Files.newDirectoryStream(
                  placeOf(agent).resolve(folder), agent.getSimpleName() + "*.class")) {
        for (Path one : classes) {
          out.putNextEntry(new JarEntry(folder + one.getFileName()));
          Files.copy(one, out);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return jar;
  }

  private static Path placeOf(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
