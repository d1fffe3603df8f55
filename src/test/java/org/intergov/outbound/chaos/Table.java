package org.intergov.outbound.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** The channels.yaml of the system under test, and what edits make of it. */
final class Table {
  /** Line that an edit may take out: another one, or none, then carries what they carried. */
  private static final List<String> REMOVABLE =
      List.of("sg-second", "gb-second", "nz-second", "us-late");

  /** For so long after its confirmation a delivery is watched. */
  private static final Duration FINALITY = Duration.ofSeconds(6);

  /** The same, as entries of a history count time. */
  static final long FINALITY_MICROS = FINALITY.toNanos() / 1_000;

  private static final String HEAD =
      """
      defaults:
        timeout: 2s
        retry: { attempts: 8, first-delay: 200ms, factor: 2, max-delay: 2s }
        circuit: { wait: 500ms, max-wait: 3s, fail-over-after: 20s }
        poll: { first-after: 200ms, every: 2s, finality: %ds }
      channels:
      """
          .formatted(FINALITY.toSeconds());

  private final int number;
  private final Set<String> without;
  private final int concurrency;

  private Table(int number, Set<String> without, int concurrency) {
    this.number = number;
    this.without = without;
    this.concurrency = concurrency;
  }

  /** With every entry. */
  static Table complete(int number) {
    return new Table(number, Set.of(), 16);
  }

  static Table edited(int number, Random random) {
    Set<String> without = new TreeSet<>();
    for (String id : REMOVABLE) {
      if (random.nextInt(3) == 0) {
        without.add(id);
      }
    }
    return new Table(number, without, 4 + random.nextInt(20));
  }

  int number() {
    return number;
  }

  /** Each entry's id and receiver, in order, for the history. */
  String summary(List<Line> entries) {
    List<String> all = new ArrayList<>();
    for (Line e : entries) {
      if (!without.contains(e.id())) {
        all.add(e.id() + ":" + e.receiver());
      }
    }
    return String.join(" ", all);
  }

  String yaml(List<Line> entries) {
    StringBuilder yaml = new StringBuilder(HEAD);
    for (Line e : entries) {
      if (!without.contains(e.id())) {
        yaml.append(
            """
              - id: %s
                description: Edit %d
                match: { receiver: %s }
                concurrency: %d
            %s"""
                .formatted(e.id(), number, e.receiver(), concurrency, e.yaml().indent(4)));
      }
    }
    return yaml.toString();
  }

  /** Something that must be refused as a whole. */
  static String broken(String good, Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> good.replaceFirst("receiver: SG", "receiver: Singapore");
      case 1 -> good.substring(0, good.length() / 2) + "\n  - [";
      case 2 -> good.replaceFirst("kind: http", "kind: htpt");
      default -> good.replaceFirst("id: gb-once", "id: sg-keys");
    };
  }

  /**
   * An entry as it stands in every table that has it.
   *
   * @param yaml its lines below match, not indented
   */
  record Line(String id, String receiver, String yaml) {}
}
