package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.intergov.outbound.Tables;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.MessageRules;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Explanation;
import org.intergov.outbound.routing.RoutingTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code explain}: which channel would carry a message, and what an edit of the table changes. */
@Command(
    name = "explain",
    header = "Says which channel would carry a message, and why the others would not.",
    description = {
      "",
      "Reads the routing table and the message; needs no running gateway.",
      "",
      "With --all, shows what an edit would change: each message of SAMPLES (one a line, or a JSON"
          + " array) is routed by the table in force (--channels) and by the edited one (CHANNELS)."
          + " Lines that are not messages are reported and skipped.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:a channel would carry it; with --all: the tables were compared",
      "1:none would, or the message is invalid; with --all: no line is a message, or --fail-on-change"
          + " and a message would change",
      "2:wrong usage or configuration"
    })
final class ExplainCommand implements Callable<Integer> {
  static final int MOST_BYTES = 65_536;

  @Spec private CommandSpec spec;
  @Mixin private TableOptions table;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "SAMPLES",
      description = "With --all: the file of messages; - reads standard input.")
  private String samples;

  @Option(
      names = "--message",
      paramLabel = "FILE",
      defaultValue = "-",
      description = "The message as JSON; - reads standard input. Default: ${DEFAULT-VALUE}.")
  private String message;

  @Option(
      names = "--all",
      description =
          "Compare two tables over the messages of SAMPLES. Default: explain one message.")
  private boolean all;

  @Option(
      names = "--channels",
      paramLabel = "FILE",
      description =
          "The table in force, to compare with; without --all, the same as CHANNELS. Default: the one"
              + " that run would take.")
  private Path channels;

  @Option(
      names = "--at",
      paramLabel = "TIME",
      converter = MomentConverter.class,
      description = "The moment to explain for, such as 2026-12-01T02:00:00+11:00. Default: now.")
  private Instant at;

  @Option(
      names = "--fail-on-change",
      description = "With --all: exit 1 if a message would change. Default: exit 0.")
  private boolean failOnChange;

  @Option(names = "--json", description = "Print JSON. Default: text.")
  private boolean json;

  private Optional<String> jurisdiction;

  @Override
  public Integer call() throws Exception {
    Instant moment = at == null ? Instant.now() : at;
    jurisdiction = table.jurisdiction();
    if (!json) {
      table.noteIfNobodySaid(jurisdiction);
    }
    if (all) {
      return compare(moment);
    }
    if (samples != null || failOnChange) {
      throw usage("SAMPLES and --fail-on-change need --all");
    }
    if (channels != null && spec.commandLine().getParseResult().hasMatchedPositional(0)) {
      throw usage("name the table once: as CHANNELS or with --channels");
    }
    PrintWriter out = spec.commandLine().getOut();
    ReadResult read = reader().read(bytes());
    if (read instanceof ReadResult.Invalid invalid) {
      throw new CommandFailedException(words(invalid));
    }
    Explanation explanation =
        load(channels == null ? table.file() : channels)
            .explain(((ReadResult.Read) read).message(), moment);
    if (json) {
      out.println(json(explanation, moment).toPrettyString());
    } else {
      out.println(
          explanation.channel().map(Channel::id).map(id -> "carried by " + id).orElse("no route"));
      explanation
          .entries()
          .forEach(e -> out.printf("  %-14s %-20s %s%n", e.verdict(), e.channel(), e.reason()));
    }
    out.flush();
    return explanation.channel().isPresent() ? Cli.DONE : Cli.FAILED;
  }

  private ParameterException usage(String what) {
    return new ParameterException(spec.commandLine(), what);
  }

  private Integer compare(Instant moment) throws Exception {
    if (samples == null) {
      throw usage("--all needs a file of messages: explain --all CHANNELS SAMPLES");
    }
    Path present = channels == null ? table.ofSettings() : channels;
    TableComparison comparison =
        new TableComparison(load(present), load(table.file()), moment, reader());
    try (InputStream in = open(samples)) {
      comparison.addAll(LineSources.of(in));
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot read " + samples + ": " + Cause.of(e), Cli.WRONG_USAGE, e);
    }
    ComparisonReport report = new ComparisonReport(comparison, present, table.file());
    if (json) {
      spec.commandLine().getOut().println(report.json().toPrettyString());
    } else {
      report.print(spec.commandLine().getOut(), spec.commandLine().getErr());
    }
    spec.commandLine().getOut().flush();
    spec.commandLine().getErr().flush();
    boolean nothingCompared = comparison.messages() == 0 && comparison.badLines() > 0;
    boolean failed = nothingCompared || (failOnChange && comparison.changed() > 0);
    return failed ? Cli.FAILED : Cli.DONE;
  }

  private MessageReader reader() {
    MessageRules rules = jurisdiction.map(MessageRules::new).orElseGet(MessageRules::ofAnySender);
    return new MessageReader(rules, MOST_BYTES);
  }

  private RoutingTable load(Path file) throws Exception {
    try {
      return Tables.load(file, table.routesDir(file), jurisdiction.orElse(null)).table();
    } catch (InvalidChannelsException e) {
      throw new CommandFailedException(e.getMessage(), Cli.WRONG_USAGE);
    }
  }

  private static String words(ReadResult.Invalid invalid) {
    StringBuilder words = new StringBuilder("the message is invalid:");
    for (Violation v : invalid.violations()) {
      words.append(System.lineSeparator()).append("  ").append(v.field()).append(": ");
      words.append(v.detail());
    }
    return words.toString();
  }

  private static ObjectNode json(Explanation explanation, Instant moment) {
    ObjectNode document = MessageJson.JSON.createObjectNode();
    document.put("channel", explanation.channel().map(Channel::id).orElse(null));
    document.put("at", moment.toString());
    ArrayNode entries = document.putArray("entries");
    for (Explanation.Entry e : explanation.entries()) {
      entries
          .addObject()
          .put("channel", e.channel())
          .put("verdict", e.verdict().name().toLowerCase(Locale.ROOT))
          .put("reason", e.reason())
          .put("waits_until", e.waitsUntil().map(Instant::toString).orElse(null));
    }
    return document;
  }

  private byte[] bytes() {
    try (InputStream in = open(message)) {
      return in.readNBytes(MOST_BYTES + 1);
    } catch (IOException e) {
      throw new CommandFailedException(
          "cannot read " + message + ": " + Cause.of(e), Cli.WRONG_USAGE, e);
    }
  }

  private static InputStream open(String file) throws IOException {
    return file.equals("-") ? System.in : Files.newInputStream(Path.of(file));
  }
}
