package org.intergov.outbound.routing;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.routing.Explanation.Verdict;

/** Says of every entry of a table, in order, what becomes of it for one message at one moment. */
final class Explainer {

  private final Message message;
  private final Instant at;
  private int willing;

  private Explainer(Message message, Instant at) {
    this.message = message;
    this.at = at;
  }

  static Explanation explain(List<Channel> channels, Message message, Instant at) {
    Explainer explainer = new Explainer(message, at);
    List<Explanation.Entry> entries = new ArrayList<>();
    Optional<Channel> carrier = Optional.empty();
    for (Channel channel : channels) {
      Explanation.Entry entry = explainer.entry(channel);
      if (entry.verdict() == Verdict.CARRIES) {
        carrier = Optional.of(channel);
      }
      entries.add(entry);
    }
    return new Explanation(carrier, entries);
  }

  private Explanation.Entry entry(Channel channel) {
    Optional<String> mismatch = channel.match().mismatch(message);
    if (mismatch.isPresent()) {
      return excluded(channel, Verdict.NO_MATCH, mismatch.get());
    }
    Active active = channel.schedule().active();
    if (!active.at(at)) {
      return excluded(channel, Verdict.INACTIVE, active.whyNot(at));
    }
    Optional<String> screen = channel.screen().screens(message);
    if (screen.isPresent()) {
      return excluded(channel, Verdict.SCREENED, "screened: " + screen.get());
    }
    Optional<Instant> waits = channel.schedule().maintenance().endAt(at);
    String waiting = waits.map(end -> "; waits: maintenance until " + Active.shown(end)).orElse("");
    if (++willing == 1) {
      String reason = "carries the message: the first that matches and does not screen it";
      return new Explanation.Entry(channel.id(), Verdict.CARRIES, reason + waiting, waits);
    }
    String reason = "would be next: number " + willing + " in failover order";
    return new Explanation.Entry(channel.id(), Verdict.WOULD_BE_NEXT, reason + waiting, waits);
  }

  private static Explanation.Entry excluded(Channel channel, Verdict verdict, String reason) {
    return new Explanation.Entry(channel.id(), verdict, reason, Optional.empty());
  }
}
