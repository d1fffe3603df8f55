package org.intergov.outbound.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** What the simulated channel answers, apart from HTTP. */
final class SimulatedApi {
  private final Options options;
  private final Ledger ledger;
  private final Odds odds;
  private volatile Fates fates;

  SimulatedApi(Options options, Ledger ledger) {
    this.options = options;
    this.ledger = ledger;
    this.odds = new Odds(options);
    this.fates = options.fates();
  }

  void fates(Fates replacement) {
    fates = replacement;
  }

  Answer post(String key, byte[] body, String text, Map<String, String> headers) {
    PostedMessage message = null;
    String wrong = null;
    try {
      message = Messages.read(body);
    } catch (NotAMessageException e) {
      wrong = e.getMessage();
    }
    Post post = ledger.arrived(new Post(key, text, message, headers, 0, options.clock().instant()));
    if (message == null) {
      return refused(400, wrong);
    }
    Fate decided = fates.of(post);
    Fate fate = decided != null ? decided : odds.ofAttempt(post);
    return switch (fate) {
      case REFUSE -> refused(400, "this channel does not take this message");
      case UNAVAILABLE -> {
        ledger.answered(fate);
        yield Answer.error(503, "the channel is unavailable");
      }
      case SERVER_ERROR -> {
        ledger.answered(fate);
        yield Answer.error(500, "the channel failed");
      }
      default -> taken(post, fate, laterFate(post, decided));
    };
  }

  /** A body of more bytes than the channel reads. */
  Answer tooLarge(String key, Map<String, String> headers) {
    ledger.arrived(new Post(key, "", null, headers, 0, options.clock().instant()));
    return refused(413, "a message has at most " + ChannelServer.MAX_BODY_BYTES + " bytes");
  }

  Answer get(String id, String fields) {
    return ledger
        .check(id)
        .map(found -> Answer.of(200, shown(found.getKey(), found.getValue(), fields)))
        .orElseGet(() -> Answer.error(404, "no message has this id"));
  }

  private Fate laterFate(Post post, Fate decided) {
    if (decided == null) {
      return odds.later(post);
    }
    return decided.showsLater() ? decided : Fate.DELIVER;
  }

  private Answer taken(Post post, Fate fate, Fate later) {
    return ledger
        .take(post, later)
        .map(
            delivery -> {
              ledger.answered(fate);
              String json = fate == Fate.WITHOUT_ID ? "{}" : "{\"id\":\"" + delivery.id + "\"}";
              return new Answer(201, json, fate);
            })
        .orElseGet(() -> refused(422, "this Idempotency-Key came with another message before"));
  }

  private Answer refused(int status, String detail) {
    ledger.answered(Fate.REFUSE);
    return Answer.error(status, detail);
  }

  private static String shown(TakenDelivery delivery, Status status, String fields) {
    if ("status".equals(fields)) {
      return "{\"status\":\"" + status.word() + "\"}";
    }
    ObjectNode json = delivery.json(status);
    if (fields != null) {
      json.retain(List.of(fields.split(",")));
    }
    return json.toString();
  }
}
