package org.intergov.outbound.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What the kernel says of processes (Linux), and small help with files. */
final class Processes {
  private static final double TICKS_PER_SECOND = 100; // USER_HZ, the same on every Linux

  private Processes() {}

  /** Seconds of CPU, user and system, that a process and its children, alive or not, have used. */
  static double cpuSeconds(long pid) {
    double ticks = ticks(pid, true);
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path p : all) {
        long child = Long.parseLong(p.getFileName().toString());
        List<String> stat = stat(child);
        if (!stat.isEmpty() && Long.parseLong(stat.get(1)) == pid) {
          ticks += ticks(child, false);
        }
      }
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
    return ticks / TICKS_PER_SECOND;
  }

  private static double ticks(long pid, boolean withDeadChildren) {
    List<String> stat = stat(pid);
    double ticks = 0;
    for (int i = 11; !stat.isEmpty() && i < (withDeadChildren ? 15 : 13); i++) {
      ticks += Double.parseDouble(stat.get(i)); // utime, stime, cutime, cstime
    }
    return ticks;
  }

  /** The fields of /proc/pid/stat from the state on; empty: no such process. */
  private static List<String> stat(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      return List.of(stat.substring(stat.lastIndexOf(')') + 2).strip().split(" "));
    } catch (IOException e) {
      return List.of();
    }
  }

  /** Resident megabytes now, or at most since its start. */
  static double residentMegabytes(long pid, boolean most) throws IOException {
    String key = most ? "VmHWM:" : "VmRSS:";
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith(key)) {
        return Double.parseDouble(line.replaceAll("\\D", "")) / 1_024;
      }
    }
    throw new IOException("no " + key + " of " + pid);
  }

  static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
