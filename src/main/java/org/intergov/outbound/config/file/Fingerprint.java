package org.intergov.outbound.config.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.intergov.outbound.config.yaml.YamlFile;
import org.intergov.outbound.message.Sha256;

/** Tells the content of one file from another's: the start of its SHA-256, in hexadecimal. */
public final class Fingerprint {
  private static final int BYTES = 8;
  private static final String UNREADABLE = "unreadable";

  private Fingerprint() {}

  /** Of several files: of the names and the fingerprints of all; of one alone, its own. */
  static String of(List<Path> files) {
    if (files.size() == 1) {
      return of(files.get(0));
    }
    MessageDigest digest = Sha256.begin();
    for (Path file : files) {
      String line = file.getFileName() + " " + of(file) + "\n";
      digest.update(line.getBytes(StandardCharsets.UTF_8));
    }
    return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
  }

  /** The fingerprint, or {@code unreadable}; of what is too large only the start is looked at. */
  public static String of(Path file) {
    if (!Files.isRegularFile(file)) {
      return UNREADABLE; // to open a pipe would wait for who writes to it
    }
    try (InputStream in = Files.newInputStream(file)) {
      MessageDigest digest = Sha256.begin();
      digest.update(in.readNBytes(YamlFile.MOST_BYTES + 1));
      return HexFormat.of().formatHex(digest.digest(), 0, BYTES);
    } catch (IOException e) {
      return UNREADABLE;
    }
  }
}
