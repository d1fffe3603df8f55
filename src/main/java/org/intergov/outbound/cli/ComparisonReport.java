package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.intergov.outbound.cli.TableComparison.BadLine;
import org.intergov.outbound.cli.TableComparison.Example;
import org.intergov.outbound.cli.TableComparison.Moved;
import org.intergov.outbound.routing.Channel;

/** Says what a {@link TableComparison} found, to people and to programs. */
final class ComparisonReport {
  private static final String NO_ROUTE = "(no route)";

  private final TableComparison found;
  private final Path present;
  private final Path edited;

  ComparisonReport(TableComparison found, Path present, Path edited) {
    this.found = found;
    this.present = present;
    this.edited = edited;
  }

  void print(PrintWriter out, PrintWriter err) {
    for (BadLine bad : found.firstBadLines()) {
      err.println("line " + bad.line() + ": not a message: " + bad.detail());
    }
    long more = found.badLines() - found.firstBadLines().size();
    if (more > 0) {
      err.println("and " + more + " more lines that are not messages");
    }
    if (present.toAbsolutePath().normalize().equals(edited.toAbsolutePath().normalize())) {
      err.println("both tables are " + present + "; name the one in force with --channels");
    }
    out.printf("from %s to %s%n", present, edited);
    line(out, "channels added", added());
    line(out, "channels removed", removed());
    line(out, "channels changed", edited());
    out.printf(
        "%d %s: %d would change, %d of them would lose their route, %d would get one%n",
        found.messages(),
        found.messages() == 1 ? "message" : "messages",
        found.changed(),
        found.noLongerRoutable(),
        found.newlyRoutable());
    if (found.changed() > 0) {
      new Table(out, List.of("messages", "from", "to", "examples")).print(rows());
    }
  }

  private static void line(PrintWriter out, String what, List<String> ids) {
    if (!ids.isEmpty()) {
      out.println(what + ": " + String.join(", ", ids));
    }
  }

  private ArrayNode rows() {
    ArrayNode rows = MessageJson.JSON.createArrayNode();
    for (Moved moved : found.moves()) {
      String examples =
          moved.examples().stream().map(ComparisonReport::words).collect(Collectors.joining(", "));
      rows.addObject()
          .put("messages", moved.count())
          .put("from", Optional.ofNullable(moved.move().from()).orElse(NO_ROUTE))
          .put("to", Optional.ofNullable(moved.move().to()).orElse(NO_ROUTE))
          .put("examples", examples);
    }
    return rows;
  }

  private static String words(Example example) {
    String line = "line " + example.line();
    return example.reference() == null ? line : example.reference() + " (" + line + ")";
  }

  ObjectNode json() {
    ObjectNode document = MessageJson.JSON.createObjectNode();
    document.put("present", present.toString()).put("edited", edited.toString());
    document.put("at", found.at().toString());
    ObjectNode channels = document.putObject("channels");
    added().forEach(channels.putArray("added")::add);
    removed().forEach(channels.putArray("removed")::add);
    edited().forEach(channels.putArray("edited")::add);
    document.put("messages", found.messages()).put("changed", found.changed());
    document.put("no_longer_routable", found.noLongerRoutable());
    document.put("newly_routable", found.newlyRoutable());
    ArrayNode moves = document.putArray("moves");
    for (Moved moved : found.moves()) {
      ObjectNode move = moves.addObject().put("messages", moved.count());
      move.put("from", moved.move().from()).put("to", moved.move().to());
      ArrayNode examples = move.putArray("examples");
      moved
          .examples()
          .forEach(e -> examples.addObject().put("line", e.line()).put("reference", e.reference()));
    }
    document.put("bad_lines", found.badLines());
    ArrayNode bad = document.putArray("first_bad_lines");
    found
        .firstBadLines()
        .forEach(b -> bad.addObject().put("line", b.line()).put("detail", b.detail()));
    return document;
  }

  private List<String> added() {
    return ids(found.edited().channels().stream().filter(c -> before(c).isEmpty()).toList());
  }

  private List<String> removed() {
    return ids(
        found.present().channels().stream()
            .filter(c -> found.edited().channel(c.id()).isEmpty())
            .toList());
  }

  private List<String> edited() {
    return ids(
        found.edited().channels().stream()
            .filter(c -> before(c).filter(b -> !b.equals(c)).isPresent())
            .toList());
  }

  private Optional<Channel> before(Channel channel) {
    return found.present().channel(channel.id());
  }

  private static List<String> ids(List<Channel> channels) {
    return channels.stream().map(Channel::id).toList();
  }
}
