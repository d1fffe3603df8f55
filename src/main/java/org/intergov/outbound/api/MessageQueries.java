package org.intergov.outbound.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.intergov.outbound.api.door.ApiProblem;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.message.Reference;
import org.intergov.outbound.store.DeliveryStatusJournal;
import org.intergov.outbound.store.views.MessageViews;
import org.intergov.outbound.store.views.MessageViews.Filter;
import org.intergov.outbound.store.views.MessageViews.View;

/** Reading messages and their journals. Thread-safe. */
public final class MessageQueries {
  private static final Set<String> STATUSES = Set.of("pending", "accepted", "rejected", "held");
  private static final Set<String> PARAMETERS =
      Set.of("status", "receiver", "channel", "limit", "after");

  private final MessageViews views;
  private final DeliveryStatusJournal journal;

  public MessageQueries(MessageViews views, DeliveryStatusJournal journal) {
    this.views = views;
    this.journal = journal;
  }

  /** {@code GET /messages/{reference}}. */
  public void one(Exchange exchange) {
    Call.handle(exchange, Role.READ, call -> call.json(200, document(find(call))));
  }

  /** {@code GET /messages/{reference}/journal}. */
  public void journal(Exchange exchange) {
    Call.handle(
        exchange,
        Role.READ,
        call -> {
          List<Map<String, Object>> events = new ArrayList<>();
          for (DeliveryStatusJournal.Recorded r : journal.of(find(call).messageId())) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("seq", r.seq());
            event.put("at", r.at().toString());
            event.put("event", r.event());
            event.put("channel_id", r.channelId());
            event.put("channel_txn_id", r.channelTxnId());
            event.put("attempt", r.attempt());
            event.put("detail", r.detail());
            events.add(event);
          }
          call.json(200, events);
        });
  }

  /** {@code GET /messages?status=&receiver=&channel=&limit=&after=}. */
  public void page(Exchange exchange) {
    Call.handle(
        exchange,
        Role.READ,
        call -> {
          MessageViews.Page page = views.page(filter(call));
          call.page("messages", page.views(), page.next(), MessageQueries::document);
        });
  }

  private static Filter filter(Call call) {
    for (String name : call.request().params().names()) {
      if (!PARAMETERS.contains(name)) {
        throw new ApiProblem(
            400,
            "Unknown parameter",
            "Expected status, receiver, channel, limit or after, found another parameter.");
      }
    }
    String status = call.query("status");
    if (status != null && !STATUSES.contains(status)) {
      throw new ApiProblem(
          400, "Bad status", "status must be pending, accepted, rejected or held.");
    }
    return new Filter(
        status, call.query("receiver"), call.query("channel"), call.after(), call.limit());
  }

  private View find(Call call) {
    Reference reference = call.reference();
    return views.find(reference).orElseThrow(() -> notFound(reference));
  }

  static ApiProblem notFound(Reference reference) {
    return new ApiProblem(404, "No such message", "There is no message " + reference + ".");
  }

  private static Map<String, Object> document(View view) {
    Message m = view.message();
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("reference", m.reference());
    document.put("sender", m.sender());
    document.put("sender_ref", m.senderRef());
    document.put("receiver", m.receiver());
    document.put("subject", m.subject());
    document.put("obj", m.obj());
    document.put("predicate", m.predicate());
    document.put("status", view.status());
    document.put("channel_id", view.channelId());
    document.put("channel_txn_id", view.channelTxnId());
    document.put("reason", view.reason());
    document.put("created_at", view.createdAt().toString());
    document.put("updated_at", view.updatedAt().toString());
    if (view.delivery() != null) {
      MessageViews.DeliveryView d = view.delivery();
      Map<String, Object> delivery = new LinkedHashMap<>();
      delivery.put("status", d.status());
      delivery.put("channel_id", d.channelId());
      delivery.put("generation", d.generation());
      delivery.put("attempts", d.attempts());
      delivery.put("due_at", d.dueAt().toString());
      delivery.put("expires_at", d.expiresAt().toString());
      delivery.put("refused_by", d.refusedBy());
      delivery.put("last_error", d.lastError());
      if (d.waitsFor() != null) {
        delivery.put("waits_for", d.waitsFor());
      }
      document.put("delivery", delivery);
    }
    return document;
  }
}
