package org.intergov.outbound.config.yaml;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.message.Utf8;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/** From a file to its YAML nodes, which know their lines. */
public final class YamlFile {

  public static final int MOST_BYTES = 1 << 20;

  private static final String READABLE = "a YAML file of at most 1 MB that can be read";

  private static final Pattern BARE_STAR =
      Pattern.compile("(?:^\\s*-|[:\\[,])\\s+\\*\\s*(?:[,}\\]#]|$)|\\[\\*\\s*[,\\]]");

  private final Path file;
  private final Problems problems;

  public YamlFile(Path file, Problems problems) {
    this.file = file;
    this.problems = problems;
  }

  /** The root, or nothing if there is none or if a problem was found. */
  public Optional<Node> read() {
    return text().flatMap(this::compose);
  }

  /** The text, without a byte order mark, or nothing if a problem was found. */
  public Optional<String> text() {
    return bytes().flatMap(this::decode);
  }

  private Optional<byte[]> bytes() {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      String what = Files.isDirectory(file) ? "a directory" : "no regular file";
      problems.error(0, "", "something unreadable (" + what + ")", READABLE);
      return Optional.empty();
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MOST_BYTES + 1);
      if (bytes.length <= MOST_BYTES) {
        return Optional.of(bytes);
      }
      problems.error(0, "", "more than 1 MB", READABLE);
    } catch (NoSuchFileException e) {
      problems.error(0, "", "no such file", READABLE);
    } catch (IOException e) {
      problems.error(0, "", "something unreadable (" + Cause.of(e) + ")", READABLE);
    }
    return Optional.empty();
  }

  private Optional<String> decode(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    CoderResult result = decoder.decode(in, out, true);
    if (result.isError()) {
      int line = lineOf(out.flip(), out.limit());
      problems.error(line, "", "bytes that are not UTF-8", "UTF-8 text");
      return Optional.empty();
    }
    String text = out.flip().toString();
    return Optional.of(Utf8.withoutMark(text));
  }

  /** The root of a text, which is that of the file; nothing if a problem was found. */
  public Optional<Node> compose(String text) {
    LoadSettings settings =
        LoadSettings.builder()
            .setLabel("channels")
            .setSchema(new CoreSchema())
            .setAllowDuplicateKeys(true)
            .setAllowNonScalarKeys(true)
            .build();
    try {
      int before = problems.errors();
      new YamlLimits(problems).check(settings, text);
      return problems.errors() > before
          ? Optional.empty()
          : new Compose(settings).composeString(text);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(m -> m.getLine() + 1).orElse(0);
      if (hasBareStar(text, line)) {
        problems.error(line, "", "a star without quotes", "it in quotes: \"*\"");
      } else {
        problems.error(line, "", "a syntax error (" + what(e) + ")", "well-formed YAML");
      }
    } catch (ReaderException e) {
      int line = lineOf(text, Math.min(e.getPosition(), text.length()));
      String what = "the character U+%04X, which YAML does not allow".formatted(e.getCodePoint());
      problems.error(line, "", what, "printable text");
    } catch (YamlEngineException e) {
      problems.error(0, "", "something that is not YAML", "well-formed YAML");
    }
    return Optional.empty();
  }

  /** YAML takes a bare star for the beginning of an alias. */
  private static boolean hasBareStar(String text, int line) {
    return text.lines()
        .skip(Math.max(0, line - 1))
        .findFirst()
        .filter(l -> BARE_STAR.matcher(l).find())
        .isPresent();
  }

  /** The parser's words, but for the part that can quote a value. */
  private static String what(MarkedYamlEngineException e) {
    String what = e.getProblem() == null ? "unknown" : e.getProblem();
    return what.startsWith("found undefined tag handle") ? "found undefined tag handle" : what;
  }

  private static int lineOf(CharSequence text, int position) {
    return 1 + (int) text.subSequence(0, position).chars().filter(c -> c == '\n').count();
  }
}
