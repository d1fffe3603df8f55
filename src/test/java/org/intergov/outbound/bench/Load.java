package org.intergov.outbound.bench;

import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A steady stream of timed messages over REST, whatever becomes of those before. */
final class Load {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private Load() {}

  /**
   * A part of the stream.
   *
   * @param perSecond messages a second
   * @param each messages in each request
   */
  record Part(String receiver, int perSecond, int each) {}

  /**
   * Sends for so many seconds; returns when all requests have been answered and what was taken has
   * arrived, but for what goes to a channel that never answers.
   *
   * @return how many requests were not taken
   */
  static int run(Rig rig, int seconds, Part... parts) {
    URI uri = URI.create("http://127.0.0.1:" + rig.gateway.apiPort() + "/messages");
    ScheduledExecutorService clock = Executors.newScheduledThreadPool(2);
    AtomicInteger open = new AtomicInteger();
    AtomicInteger refused = new AtomicInteger();
    for (Part part : parts) {
      long gap = 1_000_000_000L * part.each() / part.perSecond();
      CountDownLatch left = new CountDownLatch(seconds * part.perSecond() / part.each());
      open.incrementAndGet();
      clock.scheduleAtFixedRate(
          () -> {
            if (left.getCount() > 0) {
              open.incrementAndGet();
              post(uri, part, open, refused);
              left.countDown();
              if (left.getCount() == 0) {
                open.decrementAndGet();
              }
            }
          },
          0,
          gap,
          TimeUnit.NANOSECONDS);
    }
    await()
        .atMost(Duration.ofSeconds(seconds + 120))
        .pollInterval(Duration.ofMillis(50))
        .until(() -> open.get() == 0);
    clock.shutdownNow();
    rig.awaitLane();
    return refused.get();
  }

  private static void post(URI uri, Part part, AtomicInteger open, AtomicInteger refused) {
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < part.each(); i++) {
      body.append(Ndjson.timed(part.receiver()));
    }
    String type = part.each() == 1 ? "application/json" : "application/x-ndjson";
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", type)
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    HTTP.sendAsync(request, HttpResponse.BodyHandlers.discarding())
        .whenComplete(
            (answer, failure) -> {
              if (failure != null || answer.statusCode() >= 300) {
                refused.incrementAndGet();
              }
              open.decrementAndGet();
            });
  }
}
