package org.intergov.outbound.delivery;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.Violation;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.OnUnknown;
import org.intergov.outbound.routing.Poll;
import org.intergov.outbound.routing.Routing;
import org.intergov.outbound.routing.RoutingTable;

/**
 * Decides what an outcome means for a delivery: the table "what a post can come to", and nothing
 * else. Thread-safe; each decision goes by the one routing table that is in force when it is made.
 */
public final class DeliveryRules {
  private static final Duration GONE_AGAIN_AFTER = Duration.ofMinutes(1);
  private final Supplier<RoutingTable> table;

  public DeliveryRules(Supplier<RoutingTable> table) {
    this.table = table;
  }

  /** What becomes of a delivery that was not sent, or of which nobody knows. */
  public Settlement settle(Delivery delivery, Outcome outcome) {
    return settle(delivery, outcome, table.get().channel(delivery.channelId()).orElse(null));
  }

  /**
   * What becomes of a delivery whose post came to {@code outcome}.
   *
   * @param by the channel as it was when the message was sent through it; an edit meanwhile must
   *     not make a confirmation of an acknowledgement. Null: it is gone
   */
  public Settlement settle(Delivery delivery, Outcome outcome, Channel by) {
    if (outcome instanceof Outcome.Posted posted) {
      return posted(delivery, posted, Optional.ofNullable(by));
    } else if (outcome instanceof Outcome.Refused refused) {
      return delivery.unknowns() > 0
          ? refusedAfterUnknown(delivery, refused)
          : refused(delivery, refused.detail());
    } else if (outcome instanceof Outcome.Unavailable unavailable) {
      return unavailable(delivery, unavailable);
    } else if (outcome instanceof Outcome.Unknown unknown) {
      return unknown(delivery, delivery.channelId(), unknown.detail());
    }
    return new SettlementBuilder(delivery).build();
  }

  /**
   * Names the channel of a delivery that has none, or rejects it.
   *
   * @param anew the channel it waited for is gone or not active, which the journal must tell; if no
   *     channel takes it now, it waits
   */
  public Settlement route(Delivery delivery, boolean anew) {
    String why = anew ? "channel " + delivery.channelId() + " " + whyNot(delivery) : "";
    SettlementBuilder next = new SettlementBuilder(delivery).moveTo(null);
    Routing routing = screen(next, delivery.message());
    if (routing.channel().isPresent()) {
      String channel = routing.channel().get().id();
      if (anew) {
        next.journal(Event.ROUTED, channel, "routed anew: " + why);
      }
      return next.moveTo(channel).build();
    }
    if (anew) {
      // another replica may know the channel, or an edit bring it back; expiry ends the waiting
      return new SettlementBuilder(delivery)
          .due(GONE_AGAIN_AFTER)
          .error(why + " and no other takes the message")
          .build();
    }
    if (routing.matchedAny() || !delivery.refusedBy().isEmpty()) {
      return next.reject(Reason.REFUSED, "every matching channel refused or screened it", null)
          .build();
    }
    Message m = delivery.message();
    String detail =
        "no channel matches receiver "
            + m.receiver()
            + " and this predicate"
            + routing.inactive().stream()
                .map(
                    c ->
                        "; "
                            + c.id()
                            + " does, but "
                            + table.get().whyNot(c.id()).orElse("was not active"))
                .collect(Collectors.joining());
    return next.journal(Event.NO_ROUTE, null, detail).reject(Reason.NO_ROUTE, detail, null).build();
  }

  /**
   * The database has forgotten what was done last, so it may have been sent, by the channel that it
   * waits for or, if it waits for none, by the one that takes it now: the outcome is unknown.
   */
  public Settlement forgotten(Delivery delivery) {
    String why =
        "the database was promoted or restored and may lack what was done last, so it may have"
            + " been sent";
    if (delivery.channelId() != null) {
      return unknown(delivery, delivery.channelId(), why);
    }
    Optional<Channel> channel =
        table.get().route(delivery.message(), delivery.refusedBy()).channel();
    return channel.isPresent()
        ? unknown(delivery, channel.get().id(), why)
        : heldInDoubt(delivery, why);
  }

  /** It may be at a channel of old, and none takes it now. */
  private static Settlement heldInDoubt(Delivery delivery, String why) {
    return new SettlementBuilder(delivery)
        .attempt(true)
        .status(OutboxStatus.HELD)
        .error(why + ", and no channel takes it now; an operator decides")
        .journal(Event.UNKNOWN, null, null, delivery.attempts() + 1, why)
        .journal(Event.HELD, null, "no channel takes it now; an operator decides")
        .build();
  }

  private String whyNot(Delivery delivery) {
    return table.get().whyNot(delivery.channelId()).orElse("is gone");
  }

  /** A message that breaks the rules, inserted past the API: rejected, never sent. */
  public Settlement invalid(Delivery delivery, List<Violation> violations) {
    Violation first = violations.get(0);
    String more = violations.size() > 1 ? " (and " + (violations.size() - 1) + " more)" : "";
    String detail = first.field() + ": " + first.detail() + more;
    return new SettlementBuilder(delivery)
        .error(detail)
        .reject(Reason.INVALID, detail, null)
        .build();
  }

  /** Past its expiry: rejected if certainly not delivered, held if nobody knows. */
  public Settlement expired(Delivery delivery) {
    String channel = delivery.channelId();
    SettlementBuilder next = new SettlementBuilder(delivery);
    next.journal(Event.EXPIRED, channel, "not delivered before it expired");
    if (delivery.unknowns() > 0) {
      String detail = "expired while the outcome of an attempt is unknown; an operator decides";
      return next.status(OutboxStatus.HELD)
          .error(detail)
          .journal(Event.HELD, channel, detail)
          .build();
    }
    return next.reject(Reason.EXPIRED, "not delivered before it expired", channel).build();
  }

  /** Whether {@link #moveOn} would find another channel for a message. */
  public boolean mayMove(
      Message message, String channelId, Collection<String> refusedBy, Predicate<String> works) {
    return FailOver.afterBroken(table.get(), message, channelId, refusedBy, works).isPresent();
  }

  /**
   * Has waited for a channel whose circuit is open: it moves to the next one that works, and waits
   * on if there is none. No attempt is spent.
   *
   * @param works whether a channel is sent to now, by its id
   */
  public Settlement moveOn(Delivery delivery, Predicate<String> works) {
    SettlementBuilder next = new SettlementBuilder(delivery);
    String from = delivery.channelId();
    FailOver.afterBroken(table.get(), delivery.message(), from, delivery.refusedBy(), works)
        .filter(to -> delivery.unknowns() == 0)
        .ifPresent(
            to ->
                next.moveTo(to.id())
                    .journal(
                        Event.FAILED_OVER, to.id(), "from " + from + ", whose circuit is open"));
    return next.build();
  }

  /** Must not be sent and cannot be decided here: an operator looks at it. */
  public Settlement hold(Delivery delivery, String detail) {
    return new SettlementBuilder(delivery)
        .status(OutboxStatus.HELD)
        .error(detail)
        .journal(Event.HELD, delivery.channelId(), detail)
        .build();
  }

  private Settlement posted(Delivery delivery, Outcome.Posted posted, Optional<Channel> channel) {
    String channelId = delivery.channelId();
    String txn = posted.channelTxnId();
    SettlementBuilder next =
        new SettlementBuilder(delivery).attempt(false).status(OutboxStatus.ACCEPTED);
    next.journal(Event.POSTED, channelId, txn, delivery.attempts() + 1, null);
    if (posted.confirmed() || channel.filter(c -> c.tracking().none()).isPresent()) {
      next.journal(Event.CONFIRMED, channelId, txn, null, null);
      next.patch(LakePatch.accepted(channelId, txn));
      channel
          .filter(c -> !c.tracking().none() && !c.poll().finality().isZero())
          .ifPresent(c -> next.follow(follow(txn, c, true)));
    } else {
      next.patch(LakePatch.pending(channelId, txn));
      next.follow(
          channel
              .map(c -> follow(txn, c, false))
              .orElse(new Settlement.Follow(txn, false, Duration.ofSeconds(1))));
    }
    return next.build();
  }

  /** Where only receipts tell, the poller has nothing to do before the time is up. */
  private static Settlement.Follow follow(String txn, Channel channel, boolean confirmed) {
    Poll poll = channel.poll();
    Duration first =
        channel.tracking().asked()
            ? confirmed ? poll.every() : poll.firstAfter()
            : confirmed ? poll.finality() : poll.giveUpAfter();
    return new Settlement.Follow(txn, confirmed, first, channel.tracking().receipts());
  }

  private Settlement refused(Delivery delivery, String detail) {
    String channelId = delivery.channelId();
    SettlementBuilder next = new SettlementBuilder(delivery).error(detail).refusedBy(channelId);
    next.journal(Event.REFUSED, channelId, null, delivery.attempts() + 1, detail);
    Optional<Channel> other = screen(next, delivery.message()).channel();
    if (other.isEmpty()) {
      return next.attempt(false).reject(Reason.REFUSED, detail, channelId).build();
    }
    return next.moveTo(other.get().id())
        .journal(Event.FAILED_OVER, other.get().id(), "from " + channelId + ", which refused it")
        .build();
  }

  /**
   * A channel may refuse a repeat because it has the first, whatever status it says that with. Only
   * where it honours the key, and answers a repeat as it answered the first, the refusal settles
   * what was unknown.
   */
  private Settlement refusedAfterUnknown(Delivery delivery, Outcome.Refused refused) {
    String channelId = delivery.channelId();
    Optional<Channel> channel = table.get().channel(channelId);
    if (channel.filter(c -> c.refusals().idempotent()).isPresent()) {
      return refused(delivery, refused.detail());
    }
    String held = "refused now, but an earlier attempt may have arrived; an operator decides";
    return new SettlementBuilder(delivery)
        .attempt(false)
        .status(OutboxStatus.HELD)
        .error(refused.detail() + "; " + held)
        .journal(Event.REFUSED, channelId, null, delivery.attempts() + 1, refused.detail())
        .journal(Event.HELD, channelId, held)
        .build();
  }

  private Settlement unavailable(Delivery delivery, Outcome.Unavailable outcome) {
    String channelId = delivery.channelId();
    int attempt = delivery.attempts() + 1;
    SettlementBuilder next = new SettlementBuilder(delivery).attempt(false).error(outcome.detail());
    next.journal(Event.UNAVAILABLE, channelId, null, attempt, outcome.detail());
    RoutingTable now = table.get();
    Optional<Channel> own = now.channel(channelId);
    if (own.isEmpty()) {
      return next.due(Duration.ofSeconds(1)).build();
    }
    Channel channel = own.get();
    if (attempt >= channel.retry().attempts() && delivery.unknowns() == 0) {
      Optional<Channel> other =
          FailOver.after(now, delivery.message(), channelId, delivery.refusedBy());
      if (other.isPresent()) {
        Channel to = other.get();
        boolean around = FailOver.isEarlier(now, to.id(), channelId);
        return next.moveTo(to.id())
            .due(around ? channel.retry().maxDelay() : Duration.ZERO)
            .journal(
                Event.FAILED_OVER,
                to.id(),
                "from " + channelId + ", unavailable " + attempt + " times")
            .build();
      }
    }
    Duration delay =
        Backoff.delay(channel.retry(), attempt, outcome.retryAfter().orElse(Duration.ZERO));
    return next.due(delay)
        .journal(Event.RETRY_SCHEDULED, channelId, null, attempt + 1, "in " + seconds(delay))
        .build();
  }

  private Settlement unknown(Delivery delivery, String channelId, String detail) {
    int attempt = delivery.attempts() + 1;
    SettlementBuilder next = new SettlementBuilder(delivery);
    if (!channelId.equals(delivery.channelId())) {
      next.moveTo(channelId);
    }
    next.attempt(true).error(detail);
    next.journal(Event.UNKNOWN, channelId, null, attempt, detail);
    Optional<Channel> channel = table.get().channel(channelId);
    String held = null;
    if (channel.isEmpty()) {
      held = "outcome unknown and channel " + channelId + " is gone; an operator decides";
    } else if (channel.get().onUnknown() == OnUnknown.HOLD) {
      held = "outcome unknown and the channel must not see a message twice; an operator decides";
    } else if (delivery.unknowns() + 1 >= channel.get().retry().attempts()) {
      held =
          "outcome unknown after " + (delivery.unknowns() + 1) + " attempts; an operator decides";
    }
    if (held != null) {
      return next.status(OutboxStatus.HELD).journal(Event.HELD, channelId, held).build();
    }
    Duration delay = Backoff.delay(channel.get().retry(), delivery.unknowns() + 1);
    String key = delivery.idempotencyKey();
    return next.due(delay)
        .journal(
            Event.POSSIBLE_DUPLICATE,
            channelId,
            "it may have arrived; the next attempt carries the same idempotency key " + key)
        .journal(Event.RETRY_SCHEDULED, channelId, null, attempt + 1, "in " + seconds(delay))
        .build();
  }

  /** The next channel in order, with what screened the message on the way written down once. */
  private Routing screen(SettlementBuilder next, Message message) {
    Routing routing = table.get().route(message, next.refusals());
    routing
        .screened()
        .forEach(
            s -> {
              next.refusedBy(s.channel().id());
              next.journal(Event.SCREENED, s.channel().id(), s.rule());
            });
    return routing;
  }

  static String seconds(Duration d) {
    return String.format(java.util.Locale.ROOT, "%.1f s", d.toMillis() / 1000.0);
  }
}
