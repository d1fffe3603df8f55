package org.intergov.outbound.postgres;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to use a data directory: held by one live gateway at a time, given up by the operating
 * system when that gateway dies, however it dies.
 *
 * <p>The lock is on {@code gateway.lock}; the holder's pid stands beside it in {@code gateway.pid}
 * for the error message of the one who comes too late, and decides nothing.
 */
final class DataDirLock implements AutoCloseable {

  /**
   * The directories held by this JVM. POSIX drops a process's lock as soon as the process closes
   * any descriptor of the file, so a second attempt from here must not even open it.
   */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private final Path dataDir;
  private final FileChannel channel;

  private DataDirLock(Path dataDir, FileChannel channel) {
    this.dataDir = dataDir;
    this.channel = channel;
  }

  /**
   * Takes the directory, or fails at once.
   *
   * @param dataDir an existing directory, as a real path
   * @throws DataDirInUseException if a live gateway holds it, be it this one
   * @throws IOException if the lock file cannot be written
   */
  static DataDirLock acquire(Path dataDir) throws IOException {
    if (!HELD_HERE.add(dataDir)) {
      throw new DataDirInUseException(dataDir, OptionalLong.of(ProcessHandle.current().pid()));
    }
    FileChannel channel = null;
    try {
      channel = FileChannel.open(dataDir.resolve("gateway.lock"), CREATE, WRITE);
      if (channel.tryLock() == null) {
        throw new DataDirInUseException(dataDir, holderOf(dataDir));
      }
      Files.writeString(pidFile(dataDir), ProcessHandle.current().pid() + "\n");
      return new DataDirLock(dataDir, channel);
    } catch (IOException | RuntimeException e) {
      HELD_HERE.remove(dataDir);
      closeAfter(channel, e);
      throw e;
    }
  }

  /** Gives the directory up. The lock file stays: deleting it would let two gateways hold it. */
  @Override
  public void close() throws IOException {
    if (!channel.isOpen()) {
      return;
    }
    try {
      Files.deleteIfExists(pidFile(dataDir));
    } finally {
      channel.close();
      HELD_HERE.remove(dataDir);
    }
  }

  private static OptionalLong holderOf(Path dataDir) {
    try {
      long pid = Long.parseLong(Files.readString(pidFile(dataDir)).strip());
      return ProcessHandle.of(pid).isPresent() ? OptionalLong.of(pid) : OptionalLong.empty();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  private static Path pidFile(Path dataDir) {
    return dataDir.resolve("gateway.pid");
  }

  private static void closeAfter(FileChannel channel, Exception failure) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        failure.addSuppressed(e);
      }
    }
  }
}
