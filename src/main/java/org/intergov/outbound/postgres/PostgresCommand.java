package org.intergov.outbound.postgres;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** How the programs of PostgreSQL are run. */
final class PostgresCommand {

  /** Of our environment, what a program needs to be found and to have room for small files. */
  private static final Set<String> KEPT = Set.of("PATH", "HOME", "TMPDIR", "TZ");

  private PostgresCommand() {}

  /** A program that ends by itself; Ctrl-C reaches it, too. */
  static ProcessBuilder shortLived(Path program, List<String> arguments, PostgresLog log) {
    return build(List.of(), program, arguments, log);
  }

  /**
   * A server. Where the system has {@code setsid} it runs in a session of its own, so that Ctrl-C
   * in a terminal stops the gateway, which then stops the server, rather than both at once.
   */
  static ProcessBuilder server(Path program, List<String> arguments, PostgresLog log) {
    return build(onPath("setsid").map(List::of).orElse(List.of()), program, arguments, log);
  }

  private static ProcessBuilder build(
      List<String> prefix, Path program, List<String> arguments, PostgresLog log) {
    List<String> command = new ArrayList<>(prefix);
    if (isRoot()) {
      // PostgreSQL refuses to run as root: in a user namespace it is nobody, with root's files
      onPath("unshare").ifPresent(unshare -> command.addAll(List.of(unshare, "-U")));
    }
    command.add(program.toString());
    command.addAll(arguments);
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(new File("/dev/null"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.file().toFile()));
    // what others set for their programs (libraries to load, PG…, locales) is not for this one
    builder.environment().keySet().retainAll(KEPT);
    builder.environment().put("LC_ALL", "C"); // our error messages quote its log
    return builder;
  }

  /** What to do about a failure, for the error message, where its log tells. */
  static String hint(String log) {
    if (log.contains("Permission denied")) {
      return " (does the file system run programs, or is it mounted noexec?)";
    }
    return isRoot() && log.matches(".*(unshare:|\"root\"|as root).*")
        ? " (PostgreSQL does not run as root, and 'unshare -U', the way around that, does not work here: run the gateway as an ordinary user)"
        : "";
  }

  private static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) { // no /proc here
      return "root".equals(System.getProperty("user.name"));
    }
  }

  private static Optional<String> onPath(String program) {
    String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
    return List.of(path.split(File.pathSeparator)).stream()
        .map(directory -> Path.of(directory, program))
        .filter(Files::isExecutable)
        .map(Path::toString)
        .findFirst();
  }
}
