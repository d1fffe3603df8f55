package org.intergov.outbound.cli;

import java.time.Duration;
import java.util.stream.Stream;
import org.intergov.outbound.simulator.ChannelSimulator;
import org.intergov.outbound.simulator.Fate;
import org.intergov.outbound.simulator.Options;

/** The demo's channels, simulated, and the routing table that names them. */
final class DemoChannels implements AutoCloseable {
  private final ChannelSimulator first;
  private final ChannelSimulator second;
  private final ChannelSimulator down;

  private DemoChannels(ChannelSimulator first, ChannelSimulator second, ChannelSimulator down) {
    this.first = first;
    this.second = second;
    this.down = down;
  }

  static DemoChannels start() {
    Options options = Options.defaults().confirmAfter(Duration.ofMillis(300)).keepPosts(0);
    ChannelSimulator first =
        ChannelSimulator.start(options.fates(post -> fate(post.message().subject())));
    ChannelSimulator second = ChannelSimulator.start(options);
    ChannelSimulator down = ChannelSimulator.start(options);
    down.setDown(true);
    return new DemoChannels(first, second, down);
  }

  private static Fate fate(String subject) {
    if (DemoKind.SECOND_CHANNEL.isSubject(subject) || DemoKind.REFUSED.isSubject(subject)) {
      return Fate.REFUSE;
    } else if (DemoKind.UNDELIVERABLE.isSubject(subject)) {
      return Fate.UNDELIVERABLE;
    } else if (DemoKind.HELD.isSubject(subject)) {
      return Fate.LOSE_REPLY;
    }
    return Fate.DELIVER;
  }

  /** The outage is over. */
  void recover() {
    down.setDown(false);
  }

  /** Messages that a channel stored more than once. */
  long duplicates() {
    return Stream.of(first, second, down).mapToLong(s -> s.stats().duplicates()).sum();
  }

  long posts() {
    return Stream.of(first, second, down).mapToLong(s -> s.stats().posts()).sum();
  }

  String table() {
    return """
        defaults:
          concurrency: 32
          retry: { attempts: 8, first-delay: 500ms, factor: 2, max-delay: 4s }
          circuit: { wait: 1s, max-wait: 2s }
          poll: { first-after: 400ms, every: 500ms, finality: 0s }
        channels:
          - id: sg-shared-db
            description: Shared-database channel to Singapore
            match: { receiver: SG, predicate: UN.CEFACT.* }
            kind: http
            parameters: { url: "%1$s" }
          - id: sg-backup
            description: Carries what the first channel to Singapore refuses
            match: { receiver: SG }
            kind: http
            parameters: { url: "%2$s" }
          - id: de-customs
            description: Down when the demo begins
            match: { receiver: DE }
            kind: http
            parameters: { url: "%3$s" }
          - id: gb-registry
            match: { receiver: GB }
            kind: http
            parameters: { url: "%1$s" }
          - id: fr-once
            description: Must never see a message twice
            match: { receiver: FR }
            kind: http
            parameters: { url: "%1$s" }
            on-unknown: hold
        """
        .formatted(first.url(), second.url(), down.url());
  }

  @Override
  public void close() {
    first.close();
    second.close();
    down.close();
  }
}
