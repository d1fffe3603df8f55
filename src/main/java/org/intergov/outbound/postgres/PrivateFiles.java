package org.intergov.outbound.postgres;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/** Files and directories for their owner only, and changes to them that a crash cannot halve. */
final class PrivateFiles {

  /** Mode 0600. */
  static final FileAttribute<Set<PosixFilePermission>> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** Mode 0700. */
  private static final FileAttribute<Set<PosixFilePermission>> DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private PrivateFiles() {}

  /**
   * Makes a directory, mode 0700, where there is none; an existing one keeps its mode.
   *
   * @return its real path
   */
  static Path directory(Path path) throws IOException {
    if (!Files.isDirectory(path)) { // createDirectories does not take a link to one
      Files.createDirectories(path, DIRECTORY);
    }
    return path.toRealPath();
  }

  /**
   * Refuses a directory in which somebody else could put, change or take away files, and links
   * where files of ours are to be.
   *
   * @param names of our files in it, there or not
   * @throws IOException saying what is wrong and what to do
   */
  static void checkIsOurs(Path directory, List<String> names) throws IOException {
    for (String name : names) {
      if (Files.isSymbolicLink(directory.resolve(name))) {
        throw new IOException(
            "%s is a symbolic link, expected a file or directory of the gateway's own"
                .formatted(directory.resolve(name)));
      }
    }
    PosixFileAttributes of;
    Object self;
    try {
      of = Files.readAttributes(directory, PosixFileAttributes.class);
      self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    } catch (UnsupportedOperationException | NoSuchFileException e) {
      return; // no such owners and modes here
    }
    Object owner = Files.getAttribute(directory, "unix:uid");
    if (!owner.equals(self)) {
      throw new IOException(
          "%s belongs to %s (uid %s), expected the user that runs the gateway (uid %s)"
              .formatted(directory, of.owner().getName(), owner, self));
    }
    if (of.permissions().contains(PosixFilePermission.GROUP_WRITE)
        || of.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
      throw new IOException(
          "others can write to %s (%s), expected only its owner to: chmod go-w %s"
              .formatted(directory, PosixFilePermissions.toString(of.permissions()), directory));
    }
  }

  /** Writes a small file, mode 0600: afterwards it is there whole, or not at all. */
  static void write(Path file, String content) throws IOException {
    Path temporary = Files.createTempFile(file.getParent(), file.getFileName() + ".", "", FILE);
    try {
      Files.writeString(temporary, content);
      force(temporary);
      publish(temporary, file);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  /** Gives a finished file or directory its final name, for good. */
  static void publish(Path temporary, Path path) throws IOException {
    Files.move(temporary, path, ATOMIC_MOVE);
    force(path.getParent());
  }

  /** Waits until a file's or directory's content is on the disk. */
  static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, READ)) {
      channel.force(true);
    }
  }

  /** Deletes a directory with all that is in it, if it is there. Links are not followed. */
  static void deleteTree(Path directory) throws IOException {
    try {
      Files.walkFileTree(directory, DELETE);
    } catch (NoSuchFileException e) {
      // that is what was wanted
    }
  }

  private static final SimpleFileVisitor<Path> DELETE =
      new SimpleFileVisitor<>() {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
            throws IOException {
          Files.delete(file);
          return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, IOException failure)
            throws IOException {
          if (failure != null) {
            throw failure;
          }
          Files.delete(directory);
          return FileVisitResult.CONTINUE;
        }
      };
}
