package org.intergov.outbound.channel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;

/**
 * One run of a channel route on a worker. Ends exactly once: with what the route left; as
 * unavailable if no worker began within the time; as unknown if one began and has not ended. What a
 * route leaves after that is not looked at.
 */
final class WorkerCall {
  private final Exchange given;
  private final long timeoutMillis;
  private final ChannelSecrets secrets;
  private final long handedOver = System.nanoTime();
  private final CompletableFuture<RouteResult> result = new CompletableFuture<>();

  /** True: nobody may begin any more, since a worker has, or since it is too late. */
  private final AtomicBoolean decided = new AtomicBoolean();

  private Future<?> worker;
  private boolean tooLate;

  WorkerCall(Exchange given, AsyncCallback callback, long timeoutMillis, ChannelSecrets secrets) {
    this.given = given;
    this.timeoutMillis = timeoutMillis;
    this.secrets = secrets;
    result
        .orTimeout(timeoutMillis, TimeUnit.MILLISECONDS)
        .whenComplete(
            (left, failure) -> {
              end(left, failure);
              callback.done(false);
            });
  }

  /** Names who runs it: interrupted when its time is over. */
  synchronized void isRun(Future<?> by) {
    worker = by;
    if (tooLate) {
      by.cancel(true);
    }
  }

  private synchronized void interrupt() {
    tooLate = true;
    if (worker != null) {
      worker.cancel(true);
    }
  }

  /**
   * On a worker's thread.
   *
   * @param failed told what the route did not foresee
   */
  void run(Exchange own, Processor route, Consumer<Throwable> failed) {
    if (System.nanoTime() - handedOver >= TimeUnit.MILLISECONDS.toNanos(timeoutMillis)) {
      notBegun(noWorker());
      return;
    }
    if (!decided.compareAndSet(false, true)) {
      return;
    }
    try {
      RouteContract.give(given.getMessage(), own.getMessage());
      route.process(own);
    } catch (Exception | Error e) {
      own.setException(e);
    }
    if (own.getException() != null) {
      failed.accept(own.getException());
    }
    result.complete(RouteContract.read(own, secrets));
  }

  void notBegun(String why) {
    if (decided.compareAndSet(false, true)) {
      result.complete(new RouteResult(null, null, new ChannelException.Unavailable(why)));
    }
  }

  private void end(RouteResult left, Throwable failure) {
    if (failure == null) {
      left.putInto(given);
      return;
    }
    boolean begun = !decided.compareAndSet(false, true);
    given.setException(
        begun && failure instanceof TimeoutException
            ? new ChannelException.Unknown(
                "the route has not ended within " + timeoutMillis + " ms")
            : new ChannelException.Unavailable(noWorker()));
    interrupt();
  }

  private String noWorker() {
    return "not sent: every thread of the channel was busy for " + timeoutMillis + " ms";
  }
}
