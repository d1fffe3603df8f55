package org.intergov.outbound.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.MessageReader;
import org.intergov.outbound.message.ReadResult;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;

/**
 * What an edit of the routing table changes for a sample of messages. Holds one message at a time,
 * and of what it found as much as a report needs, however long the sample is. For one thread.
 */
final class TableComparison {
  static final int MOST_EXAMPLES = 5;
  static final int MOST_BAD_LINES = 20;

  private final RoutingTable present;
  private final RoutingTable edited;
  private final Instant at;
  private final MessageReader reader;
  private final Map<Move, Moved> moves = new HashMap<>();
  private final List<BadLine> firstBadLines = new ArrayList<>();
  private long messages;
  private long changed;
  private long badLines;

  /**
   * From one channel to another.
   *
   * @param from its id; null: there was no route
   * @param to its id; null: there is no route
   */
  record Move(String from, String to) {}

  /** A message that moves, and where it stands. */
  record Example(long line, String reference) {}

  /** A line that is no message. */
  record BadLine(long line, String detail) {}

  /** How many messages make one move, and the first of them. */
  static final class Moved {
    private final Move move;
    private final List<Example> examples = new ArrayList<>();
    private long count;

    private Moved(Move move) {
      this.move = move;
    }

    private void add(Example example) {
      if (count++ < MOST_EXAMPLES) {
        examples.add(example);
      }
    }

    Move move() {
      return move;
    }

    long count() {
      return count;
    }

    List<Example> examples() {
      return examples;
    }
  }

  /**
   * @param at the moment for which messages are routed
   */
  TableComparison(RoutingTable present, RoutingTable edited, Instant at, MessageReader reader) {
    this.present = present;
    this.edited = edited;
    this.at = at;
    this.reader = reader;
  }

  /** Routes each message of the source by both tables. */
  void addAll(LineSource source) throws IOException {
    for (Line line = source.next(); line != null; line = source.next()) {
      if (line.problem() != null) {
        bad(line.number(), line.problem().detail());
        continue;
      }
      ReadResult read = reader.read(line.json());
      if (read instanceof ReadResult.Read ok) {
        add(ok.message(), line);
      } else {
        Violation first = ((ReadResult.Invalid) read).violations().get(0);
        bad(line.number(), first.detail());
      }
    }
  }

  private void bad(long line, String detail) {
    if (badLines++ < MOST_BAD_LINES) {
      firstBadLines.add(new BadLine(line, Table.printable(detail)));
    }
  }

  private void add(Message message, Line line) {
    messages++;
    Move move = new Move(carrier(present, message), carrier(edited, message));
    if (!Objects.equals(move.from(), move.to())) {
      changed++;
      // a sender_ref that was made up here would tell nobody anything
      String reference = line.refAssigned() ? null : message.reference();
      moves.computeIfAbsent(move, Moved::new).add(new Example(line.number(), reference));
    }
  }

  private String carrier(RoutingTable table, Message message) {
    return table.route(message, List.of(), at).channel().map(Channel::id).orElse(null);
  }

  RoutingTable present() {
    return present;
  }

  RoutingTable edited() {
    return edited;
  }

  Instant at() {
    return at;
  }

  /** Lines that are a message. */
  long messages() {
    return messages;
  }

  /** Messages that another channel would carry, or none any more, or one at last. */
  long changed() {
    return changed;
  }

  long noLongerRoutable() {
    return moves.values().stream().filter(m -> m.move().to() == null).mapToLong(Moved::count).sum();
  }

  long newlyRoutable() {
    return moves.values().stream()
        .filter(m -> m.move().from() == null)
        .mapToLong(Moved::count)
        .sum();
  }

  /** Most messages first. */
  List<Moved> moves() {
    return moves.values().stream()
        .sorted(
            Comparator.comparingLong(Moved::count)
                .reversed()
                .thenComparing(m -> String.valueOf(m.move())))
        .toList();
  }

  long badLines() {
    return badLines;
  }

  List<BadLine> firstBadLines() {
    return firstBadLines;
  }
}
