package org.intergov.outbound.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;

/** Messages as a client submits them. */
final class Ndjson {
  private Ndjson() {}

  /** A message whose arrival can be timed: its reference says when it was made. */
  static String timed(String receiver) {
    return line(receiver, "t" + System.nanoTime() + "-" + UUID.randomUUID());
  }

  static String line(String receiver, String ref) {
    return "{\"sender\":\"AU\",\"receiver\":\""
        + receiver
        + "\",\"subject\":\"AU.abn0000000001.XXXX-XXXXX-XXXXX-XXXXXX\","
        + "\"obj\":\"QmQtYtUS7K1AdKjbuMsmPmPGDLaKL38M5HYwqxW9RKW49n\","
        + "\"predicate\":\"UN.CEFACT.Trade.CertificateOfOrigin.created\",\"sender_ref\":\""
        + ref
        + "\"}\n";
  }

  /** A file of so many messages under random references. */
  static Path file(String name, int count) {
    Path file = Path.of("target", "bench", name + ".ndjson");
    try (Writer out = Files.newBufferedWriter(file)) {
      for (int i = 0; i < count; i++) {
        out.write(line("SG", UUID.randomUUID().toString()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
