package org.intergov.outbound.delivery;

import static org.intergov.outbound.delivery.PendingSettlement.Next.DELETE;
import static org.intergov.outbound.delivery.PendingSettlement.Next.FOLLOW_AGAIN;
import static org.intergov.outbound.delivery.PendingSettlement.Next.STAY;
import static org.intergov.outbound.delivery.PendingSettlement.Next.WATCH;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.intergov.outbound.delivery.PendingSettlement.Next;
import org.intergov.outbound.delivery.PendingSettlement.OutboxChange;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.OnRevoked;
import org.intergov.outbound.routing.Routing;
import org.intergov.outbound.routing.RoutingTable;

/** Decides what a channel's answer about a delivery means. Thread-safe. */
public final class StatusRules {
  private final Supplier<RoutingTable> table;

  public StatusRules(Supplier<RoutingTable> table) {
    this.table = table;
  }

  /**
   * What becomes of a pending delivery.
   *
   * @return empty if nothing is to be written: the row stays locked until stale
   */
  public Optional<PendingSettlement> settle(PendingDelivery d, StatusAnswer answer) {
    if (answer instanceof StatusAnswer.Status status) {
      return switch (status) {
        case RECEIVED -> d.confirmed() ? Optional.of(unconfirmed(d)) : orGiveUp(d, answer);
        case CONFIRMED -> confirmed(d);
        case UNDELIVERABLE -> Optional.of(undeliverable(d));
        case REVOKED -> Optional.of(revoked(d));
      };
    }
    if (answer instanceof StatusAnswer.NotAsked && d.confirmed()) {
      return confirmed(d);
    }
    return orGiveUp(d, answer);
  }

  /**
   * What becomes of a pending delivery of which a receipt tells. Receipts come twice, late and not
   * in order, so {@code received} is never news: a channel that takes a confirmation back says
   * {@code revoked}.
   *
   * @param receipt names the receipt in the journal
   * @return empty if nothing is to be written
   */
  public Optional<PendingSettlement> settleByReceipt(
      PendingDelivery d, StatusAnswer.Status status, String receipt) {
    return status == StatusAnswer.Status.RECEIVED
        ? Optional.empty()
        : settle(d, status).map(s -> s.toldBy(receipt));
  }

  /**
   * How long from now the poller has nothing to do about a delivery that a receipt confirmed; empty
   * if it asks the channel at its own times.
   */
  public Optional<Duration> restAfterReceipt(PendingSettlement s) {
    return s.next() == WATCH
        ? table
            .get()
            .channel(s.delivery().channelId())
            .filter(c -> !c.tracking().asked())
            .map(c -> c.poll().finality())
        : Optional.empty();
  }

  private Optional<PendingSettlement> confirmed(PendingDelivery d) {
    String channelId = d.channelId();
    if (d.confirmed()) {
      return d.finalDue()
          ? Optional.of(write(d, DELETE, null, null, null, entry(d, Event.FINAL, null)))
          : Optional.empty();
    }
    boolean watch =
        table.get().channel(channelId).map(c -> !c.poll().finality().isZero()).orElse(false);
    LakePatch patch = LakePatch.accepted(channelId, d.channelTxnId());
    return Optional.of(
        write(d, watch ? WATCH : DELETE, null, patch, null, entry(d, Event.CONFIRMED, null)));
  }

  /** The channel had confirmed it and now says that it merely has it. */
  private PendingSettlement unconfirmed(PendingDelivery d) {
    LakePatch patch = LakePatch.pending(d.channelId(), d.channelTxnId());
    String detail = "the channel took its confirmation back and says received; followed on";
    return write(d, FOLLOW_AGAIN, null, patch, null, entry(d, Event.UNKNOWN, detail));
  }

  private PendingSettlement undeliverable(PendingDelivery d) {
    List<JournalEntry> journal = new ArrayList<>();
    journal.add(entry(d, Event.UNDELIVERABLE, null));
    List<String> refusedBy = new ArrayList<>(d.refusedBy());
    refusedBy.add(d.channelId());
    Routing routing = table.get().route(d.message(), refusedBy);
    routing
        .screened()
        .forEach(
            s -> {
              refusedBy.add(s.channel().id());
              journal.add(new JournalEntry(Event.SCREENED, s.channel().id(), null, null, s.rule()));
            });
    String error = "channel " + d.channelId() + " reported it undeliverable";
    if (routing.channel().isEmpty()) {
      return rejected(d, Reason.UNDELIVERABLE, error, refusedBy, journal);
    }
    String to = routing.channel().get().id();
    journal.add(
        new JournalEntry(
            Event.FAILED_OVER, to, null, null, "from " + d.channelId() + ", undeliverable there"));
    OutboxChange change =
        new OutboxChange(OutboxStatus.PENDING, to, refusedBy, d.generation(), error);
    LakePatch patch = d.confirmed() ? LakePatch.pending(d.channelId(), d.channelTxnId()) : null;
    return new PendingSettlement(d, DELETE, change, null, patch, null, journal);
  }

  private PendingSettlement revoked(PendingDelivery d) {
    List<JournalEntry> journal = new ArrayList<>();
    journal.add(entry(d, Event.REVOKED, null));
    String error = "channel " + d.channelId() + " revoked it";
    Optional<Channel> channel = table.get().channel(d.channelId());
    if (channel.map(Channel::onRevoked).orElse(OnRevoked.REJECT) == OnRevoked.REJECT) {
      return rejected(d, Reason.REVOKED, error, d.refusedBy(), journal);
    }
    int generation = d.generation() + 1;
    Duration delay = resendAfter(channel.get(), d.generation());
    journal.add(
        new JournalEntry(
            Event.RETRY_SCHEDULED,
            d.channelId(),
            null,
            1,
            "sent again as generation "
                + generation
                + ", with a new idempotency key"
                + (delay.isZero() ? "" : ", in " + DeliveryRules.seconds(delay))));
    OutboxChange change =
        new OutboxChange(
            OutboxStatus.PENDING, d.channelId(), d.refusedBy(), generation, error, delay);
    LakePatch patch = LakePatch.pending(d.channelId(), d.channelTxnId());
    return new PendingSettlement(d, DELETE, change, null, patch, null, journal);
  }

  /**
   * The first time at once: a blockchain that was reorganized is one again. A channel that revokes
   * what it gets again and again is given it more and more seldom, as with retries.
   */
  private static Duration resendAfter(Channel channel, int revoked) {
    return revoked == 1 ? Duration.ZERO : Backoff.delay(channel.retry(), revoked - 1);
  }

  private static PendingSettlement rejected(
      PendingDelivery d,
      Reason reason,
      String detail,
      List<String> refusedBy,
      List<JournalEntry> journal) {
    OutboxChange change =
        new OutboxChange(OutboxStatus.REJECTED, d.channelId(), refusedBy, d.generation(), detail);
    Rejection rejection = new Rejection(reason, detail, d.channelId(), d.channelTxnId());
    return new PendingSettlement(d, DELETE, change, null, null, rejection, journal);
  }

  /**
   * No news. After {@code give-up-after} an operator decides, unless the channel had confirmed it:
   * then its watch just ends. An odd answer is journaled once.
   */
  private static Optional<PendingSettlement> orGiveUp(PendingDelivery d, StatusAnswer answer) {
    String problem = answer instanceof StatusAnswer.NoStatus no ? no.detail() : null;
    boolean isNew = problem != null && !problem.equals(d.lastProblem());
    List<JournalEntry> journal = new ArrayList<>();
    if (isNew) {
      journal.add(entry(d, Event.UNKNOWN, "status check: " + problem));
    }
    if (d.confirmed() && d.finalDue() && d.giveUpDue()) {
      String detail = "confirmed long ago, but the channel does not say so again; watched no more";
      journal.add(entry(d, Event.GAVE_UP, detail));
      return Optional.of(new PendingSettlement(d, DELETE, null, problem, null, null, journal));
    }
    if (d.giveUpDue() && !d.confirmed()) {
      String last =
          answer instanceof StatusAnswer.Unreachable u ? ", last asked: " + u.detail() : "";
      String detail =
          "no final status from channel " + d.channelId() + last + "; an operator decides";
      journal.add(entry(d, Event.GAVE_UP, detail));
      journal.add(entry(d, Event.HELD, detail));
      OutboxChange change =
          new OutboxChange(OutboxStatus.HELD, d.channelId(), d.refusedBy(), d.generation(), detail);
      return Optional.of(new PendingSettlement(d, DELETE, change, problem, null, null, journal));
    }
    return isNew
        ? Optional.of(new PendingSettlement(d, STAY, null, problem, null, null, journal))
        : Optional.empty();
  }

  private static PendingSettlement write(
      PendingDelivery d,
      Next next,
      OutboxChange change,
      LakePatch patch,
      Rejection rejection,
      JournalEntry entry) {
    return new PendingSettlement(d, next, change, null, patch, rejection, List.of(entry));
  }

  private static JournalEntry entry(PendingDelivery d, Event event, String detail) {
    return new JournalEntry(event, d.channelId(), d.channelTxnId(), null, detail);
  }
}
