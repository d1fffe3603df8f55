package org.intergov.outbound.api;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.apache.camel.Exchange;
import org.intergov.outbound.api.door.ApiProblem;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.api.door.VerificationGate;
import org.intergov.outbound.store.ChannelSubscriptions;
import org.intergov.outbound.store.ChannelSubscriptions.Notified;

/**
 * {@code /callbacks/{channel}/{subscription}}: where channels verify subscriptions (WebSub, section
 * 5.3) and tell of changes. A callback has no authority: what it says is not read, it only makes
 * the poller ask now. Channels have no token of the API; the address, which nobody can guess, is
 * enough. Thread-safe.
 */
public final class Callbacks {
  /** Told at once; each holds a thread and a connection for the time of one statement. */
  private static final int MOST_CHANGES = 4;

  private static final int MOST_CHALLENGE = 1_024;
  private static final Duration LEAST_LEASE = Duration.ofSeconds(10);
  private static final Duration MOST_LEASE = Duration.ofDays(365);
  private static final Duration LEASE_UNSAID = Duration.ofDays(1);

  private final ChannelSubscriptions subscriptions;
  private final Runnable wakePoller;
  private final Semaphore room = new Semaphore(MOST_CHANGES);

  public Callbacks(ChannelSubscriptions subscriptions, Runnable wakePoller) {
    this.subscriptions = subscriptions;
    this.wakePoller = wakePoller;
  }

  /**
   * {@code GET}: the channel asks whether the subscription is ours. How many ask at once {@link
   * VerificationGate} bounds.
   */
  public void verify(Exchange exchange) {
    Call.handleOpen(exchange, this::verify);
  }

  /** {@code POST}: something has changed. */
  public void changed(Exchange exchange) {
    Call.handleOpen(exchange, call -> withRoom(() -> changed(call)));
  }

  private void withRoom(Runnable work) {
    if (!room.tryAcquire()) {
      throw new ApiProblem(
          503,
          "Busy",
          "Too many callbacks at once. Try again.",
          List.of(),
          Map.of("Retry-After", "1"));
    }
    try {
      work.run();
    } finally {
      room.release();
    }
  }

  private void verify(Call call) {
    String mode = call.query("hub.mode");
    String topic = call.query("hub.topic");
    String challenge = call.query("hub.challenge");
    UUID id = id(call);
    if ("denied".equals(mode)) {
      answer(call, 204, ""); // the request is repeated later, as every one that is not verified
      return;
    }
    if (!"subscribe".equals(mode)
        || topic == null
        || challenge == null
        || challenge.length() > MOST_CHALLENGE
        || !subscriptions.verify(call.segment(1), id, topic, lease(call))) {
      throw unknown();
    }
    answer(call, 200, challenge);
  }

  private static Duration lease(Call call) {
    String text = call.query("hub.lease_seconds");
    if (text == null || !text.matches("[0-9]{1,9}")) {
      return LEASE_UNSAID;
    }
    Duration lease = Duration.ofSeconds(Long.parseLong(text));
    if (lease.compareTo(LEAST_LEASE) < 0) {
      return LEAST_LEASE;
    }
    return lease.compareTo(MOST_LEASE) > 0 ? MOST_LEASE : lease;
  }

  private void changed(Call call) {
    Notified notified = subscriptions.notified(call.segment(1), id(call));
    if (notified == Notified.UNKNOWN) {
      throw unknown();
    } else if (notified == Notified.DUE) {
      wakePoller.run();
    }
    answer(call, 204, "");
  }

  private static void answer(Call call, int status, String text) {
    call.answer(
        status,
        "text/plain; charset=utf-8",
        text.getBytes(StandardCharsets.UTF_8),
        Map.of("X-Content-Type-Options", "nosniff"));
  }

  private static UUID id(Call call) {
    String id = call.segment(2);
    if (!id.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
      throw unknown();
    }
    return UUID.fromString(id);
  }

  private static ApiProblem unknown() {
    return new ApiProblem(404, "Not found", "There is no such subscription.");
  }
}
