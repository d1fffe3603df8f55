package org.intergov.outbound.api.door;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.message.Quote;

/**
 * Reads the file of tokens: a line each, {@code name roles sha256:digest}, the roles separated by
 * commas; empty lines and those that start with {@code #} are passed over.
 */
final class TokensFile {
  private static final String FORM =
      "a name, roles and the digest, separated by spaces, such as"
          + " portal submit,read sha256:<64 hexadecimal digits>";
  private static final int MOST_BYTES = 1 << 20;

  private final Path file;
  private final List<String> faults = new ArrayList<>();

  /** Shorter than any token. */
  private static final int MOST_SHOWN = 20;

  private final Set<String> names = new HashSet<>();
  private final Set<String> digests = new HashSet<>();

  private TokensFile(Path file) {
    this.file = file;
  }

  /** What a file holds; with faults, none of it is to be used. */
  record Contents(List<AccessToken> tokens, List<String> faults) {}

  static Contents read(Path file) {
    return new TokensFile(file).read();
  }

  private Contents read() {
    List<AccessToken> tokens = new ArrayList<>();
    try {
      if (Files.size(file) > MOST_BYTES) {
        faults.add(
            file + ": larger than " + MOST_BYTES + " bytes, which is too large for a tokens file");
        return new Contents(List.of(), faults);
      }
      List<String> lines = Files.readAllLines(file);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i).strip();
        if (!line.isEmpty() && !line.startsWith("#")) {
          token(i + 1, line, tokens);
        }
      }
    } catch (NoSuchFileException e) {
      faults.add(file + ": cannot be read: no such file");
    } catch (IOException e) {
      faults.add(file + ": cannot be read as UTF-8 text: " + Cause.of(e));
    }
    if (tokens.isEmpty() && faults.isEmpty()) {
      faults.add(file + ": no token in it, expected at least one line: " + FORM);
    }
    return new Contents(tokens, faults);
  }

  private void token(int line, String text, List<AccessToken> to) {
    String[] parts = text.split("\\s+");
    if (parts.length != 3) {
      fault(line, parts.length + " parts", FORM);
      return;
    }
    int before = faults.size();
    if (AccessToken.looksLikeOne(parts[0])) {
      fault(line, "a token where the name belongs (not shown)", FORM);
    } else if (!parts[0].matches("[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")) {
      fault(line, "the name " + shown(parts[0]), "letters, digits and . _ @ -, at most 64");
    } else if (!names.add(parts[0])) {
      fault(line, "the name " + Quote.of(parts[0]) + " again", "a name of its own");
    }
    Set<Role> roles = EnumSet.noneOf(Role.class);
    for (String word : parts[1].split(",")) {
      Role.of(word)
          .ifPresentOrElse(
              roles::add,
              () ->
                  fault(
                      line,
                      "the role " + shown(word),
                      "some of " + String.join(", ", Role.words())));
    }
    if (!parts[2].matches("sha256:[0-9a-f]{64}")) {
      // not shown: it may be the token itself
      fault(line, "a digest of another form (not shown)", "sha256: and 64 hexadecimal digits");
    } else if (!digests.add(parts[2])) {
      fault(line, "the digest of another line", "a token of its own for each holder");
    }
    if (faults.size() == before) {
      to.add(new AccessToken(parts[0], roles, parts[2].substring("sha256:".length())));
    }
  }

  /** What stands in the wrong column may be the token itself. */
  private static String shown(String word) {
    return word.length() > MOST_SHOWN || AccessToken.looksLikeOne(word)
        ? "(not shown)"
        : Quote.of(word);
  }

  private void fault(int line, String found, String expected) {
    faults.add("%s line %d: found %s, expected %s".formatted(file, line, found, expected));
  }
}
