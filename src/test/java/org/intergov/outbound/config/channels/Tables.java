package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;

/** Loads routing tables written in tests, for a gateway of Australia. */
public final class Tables {

  public static final Map<String, String> ENV =
      Map.of(
          "URL", "https://env.example/",
          "SECRET", "hunter2",
          "BAD_URL", "ftp://hunter2",
          "NESTED", "{{env:SECRET}}",
          "GARBLED", "pa\ufffd\ufffdss",
          "FIVE", "5");

  private static final KindDescription.Parameter URL =
      new KindDescription.Parameter("url", "base of the Channel API", true, null);

  public static final Map<String, KindDescription> KINDS =
      Map.of(
          "http",
          new KindDescription(
              "http",
              true,
              List.of(URL, optional("api-key"), optional("token-url"), optional("size"))),
          "sqs",
          new KindDescription(
              "sqs",
              false,
              List.of(
                  new KindDescription.Parameter("queue", null, true, null),
                  new KindDescription.Parameter("region", "where", true, "eu-west-1"))));

  private Tables() {}

  private static KindDescription.Parameter optional(String name) {
    return new KindDescription.Parameter(name, name, false, null);
  }

  public static Loaded load(Path folder, String yaml) throws InvalidChannelsException {
    return load(write(folder, yaml));
  }

  public static Loaded load(Path file) throws InvalidChannelsException {
    return ChannelsFile.load(file, ENV::get, "AU", KINDS);
  }

  /** All that is said of a file, used or not: {@code :3: channels[0].kind: found …}. */
  public static List<String> told(Path folder, String yaml, Map<String, KindDescription> kinds) {
    Path file = write(folder, yaml);
    List<Problem> problems;
    try {
      problems = ChannelsFile.load(file, ENV::get, "AU", kinds).warnings();
    } catch (InvalidChannelsException e) {
      problems = e.problems();
    }
    return problems.stream().map(p -> p.toString().substring(file.toString().length())).toList();
  }

  /** What is wrong with a file that cannot be used. */
  public static List<Problem> problems(Path file) {
    return catchThrowableOfType(InvalidChannelsException.class, () -> load(file)).problems();
  }

  /** The only channel of a file. */
  public static Channel only(Path folder, String yaml, Map<String, KindDescription> kinds)
      throws InvalidChannelsException {
    return ChannelsFile.load(write(folder, yaml), ENV::get, "AU", kinds).table().channels().get(0);
  }

  /** A file whose only channel takes what goes to Singapore, with these lines added. */
  public static String entry(String kind, String... lines) {
    StringBuilder yaml = new StringBuilder("channels:\n  - id: a\n    match: { receiver: SG }\n");
    yaml.append("    kind: ").append(kind).append('\n');
    for (String line : lines) {
      yaml.append("    ").append(line).append('\n');
    }
    return yaml.toString();
  }

  public static Path write(Path folder, String yaml) {
    try {
      return Files.writeString(folder.resolve("channels.yaml"), yaml);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** One channel a line: {@code id | rest of the entry}. */
  public static RoutingTable table(Path folder, String... entries) throws InvalidChannelsException {
    return table(folder, Clock.systemUTC(), entries);
  }

  /** As {@link #table(Path, String...)}, going by that clock. */
  public static RoutingTable table(Path folder, Clock clock, String... entries)
      throws InvalidChannelsException {
    StringBuilder yaml = new StringBuilder("channels:\n");
    for (String entry : entries) {
      String[] parts = entry.split("\\|", 2);
      yaml.append("  - { id: ").append(parts[0].strip()).append(", kind: sqs, ");
      yaml.append("parameters: { queue: q }, ").append(parts[1].strip()).append(" }\n");
    }
    Path file = write(folder, yaml.toString());
    return ChannelsFile.load(file, ENV::get, "AU", KINDS, clock).table();
  }

  public static Message to(String receiver) {
    return message(receiver, "AU.abn1.x", "UN.CEFACT.Trade.created");
  }

  public static Message message(String receiver, String subject, String predicate) {
    return new Message("AU", "batch.7.ref", receiver, subject, "QmHash", predicate);
  }
}
