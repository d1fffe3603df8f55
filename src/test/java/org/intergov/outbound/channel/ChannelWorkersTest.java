package org.intergov.outbound.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.intergov.outbound.delivery.Outcome;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a route that may block is given, and what becomes of what it does. */
class ChannelWorkersTest {
  private final DefaultCamelContext camel = new DefaultCamelContext();
  private ChannelSender sender;

  @BeforeEach
  void start() throws Exception {
    camel.disableJMX();
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    camel.addComponent("channel-workers", new ChannelWorkersComponent());
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:deliver")
                .recipientList(exchangeProperty(ChannelSender.ENDPOINTS), "false")
                .cacheSize(-1);
          }
        });
    camel.start();
    sender = new ChannelSender(camel, "direct:deliver");
  }

  @AfterEach
  void stop() throws Exception {
    camel.close();
  }

  private void route(String options, Processor steps) throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("channel-workers:x-post?" + options).process(steps);
          }
        });
  }

  private CompletableFuture<Outcome> send() {
    Map<String, Object> headers =
        Map.of(
            Headers.REFERENCE,
            "AU:a/b",
            Headers.IDEMPOTENCY_KEY,
            "AU:a/b",
            Headers.SENDER,
            "AU",
            Headers.RECEIVER,
            "NZ",
            Headers.SUBJECT,
            "s",
            Headers.PREDICATE,
            "p",
            "CamelFileName",
            "evil",
            "internal",
            "x");
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    sender.send(
        camel.getEndpoint("direct:x-post"),
        "{}",
        headers,
        e -> outcome.complete(PostOutcome.of(e, null)));
    return outcome;
  }

  private Outcome outcomeOf(Processor steps) throws Exception {
    route("threads=2&timeout=20000", steps);
    return send().get(5, TimeUnit.MINUTES);
  }

  @Test
  void a_route_gets_what_the_contract_names_and_nothing_else() throws Exception {
    CompletableFuture<Exchange> seen = new CompletableFuture<>();
    CompletableFuture<Set<String>> headers = new CompletableFuture<>();
    Outcome outcome =
        outcomeOf(
            e -> {
              seen.complete(e);
              headers.complete(Set.copyOf(e.getMessage().getHeaders().keySet()));
              e.getMessage().setHeader("channelTxnId", 17);
            });
    assertThat(outcome).isEqualTo(new Outcome.Posted("17", false));
    assertThat(headers.get())
        .containsExactlyInAnyOrder(
            "reference", "idempotencyKey", "safeKey", "sender", "receiver", "subject", "predicate");
    assertThat(seen.get().getMessage().getHeader("safeKey")).isEqualTo("AU%3Aa%2Fb");
    assertThat(seen.get().getProperties()).isEmpty();
  }

  @Test
  void of_what_a_route_leaves_only_id_and_status_come_back() throws Exception {
    route(
        "threads=2&timeout=20000",
        e -> {
          e.getMessage().setHeader("channelTxnId", "id");
          e.getMessage().setHeader("channelStatus", "confirmed");
          e.getMessage().setHeader("CamelHttpUri", "http://evil.example");
          e.getMessage().setBody("secret");
          e.setProperty("stray", "x");
        });
    CompletableFuture<Exchange> end = new CompletableFuture<>();
    sender.send(
        camel.getEndpoint("direct:x-post"), "{}", Map.of("idempotencyKey", "AU:a"), end::complete);
    Exchange left = end.get(5, TimeUnit.MINUTES);
    assertThat(left.getMessage().getHeaders())
        .containsOnlyKeys("idempotencyKey", "channelTxnId", "channelStatus");
    assertThat(left.getMessage().getBody()).isEqualTo("{}");
    assertThat(left.getProperty("stray")).isNull();
    assertThat(PostOutcome.of(left, null)).isEqualTo(new Outcome.Posted("id", true));
  }

  @Test
  void a_route_that_ends_without_an_id_is_unknown() throws Exception {
    assertThat(outcomeOf(e -> {})).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void a_failure_that_the_route_did_not_foresee_is_unknown() throws Exception {
    Outcome outcome =
        outcomeOf(
            e -> {
              throw new java.net.ConnectException("no route to host\nsecond line");
            });
    assertThat(outcome).isEqualTo(new Outcome.Unknown("no route to host"));
  }

  @Test
  void a_dead_end_inside_the_route_is_unknown_since_something_may_have_been_sent()
      throws Exception {
    Outcome outcome =
        outcomeOf(
            e -> {
              throw new org.apache.camel.component.direct.DirectConsumerNotAvailableException(
                  "none", e);
            });
    assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void a_route_says_refused_unavailable_and_unknown_by_a_header() throws Exception {
    String[] words = {"refused", "unavailable", "unknown", "Refused"};
    int[] turn = {0};
    route(
        "threads=1&timeout=20000",
        e -> {
          e.getMessage().setHeader("channelOutcome", words[turn[0]++]);
          e.getMessage().setHeader("channelDetail", "too\r\nlong " + "x".repeat(500));
          e.getMessage().setHeader("channelTxnId", "not looked at");
        });
    String detail = "too long " + "x".repeat(291) + "…";
    assertThat(send().get(5, TimeUnit.MINUTES)).isEqualTo(new Outcome.Refused(detail));
    assertThat(send().get(5, TimeUnit.MINUTES))
        .isEqualTo(new Outcome.Unavailable(detail, java.util.Optional.empty()));
    assertThat(send().get(5, TimeUnit.MINUTES)).isEqualTo(new Outcome.Unknown(detail));
    assertThat(send().get(5, TimeUnit.MINUTES)).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void an_error_in_a_route_is_unknown() throws Exception {
    Outcome outcome =
        outcomeOf(
            e -> {
              throw new NoClassDefFoundError("lib/missing");
            });
    assertThat(outcome).isInstanceOf(Outcome.Unknown.class);
  }

  @Test
  void a_route_that_does_not_end_is_unknown_after_its_time_and_its_late_answer_is_ignored()
      throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    AtomicBoolean hangs = new AtomicBoolean();
    route(
        "threads=1&timeout=1000",
        e -> {
          try {
            if (hangs.get()) {
              never.await();
            }
          } catch (InterruptedException stopped) {
            interrupted.complete(true);
          }
          e.getMessage().setHeader("channelTxnId", "late");
        });
    await().until(() -> send().get(5, TimeUnit.MINUTES) instanceof Outcome.Posted);
    hangs.set(true);
    Outcome outcome = send().get(5, TimeUnit.MINUTES);
    assertThat(outcome).isEqualTo(new Outcome.Unknown("the route has not ended within 1000 ms"));
    assertThat(interrupted.get(5, TimeUnit.MINUTES)).isTrue();
  }

  @Test
  void what_has_begun_ends_although_the_route_is_stopped() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    route(
        "threads=1&timeout=20000",
        e -> {
          begun.countDown();
          goOn.await();
          e.getMessage().setHeader("channelTxnId", "id");
        });
    CompletableFuture<Outcome> outcome = send();
    assertThat(begun.await(5, TimeUnit.MINUTES)).isTrue();
    String route = camel.getRoutes().get(camel.getRoutes().size() - 1).getRouteId();
    CompletableFuture<Void> stopped =
        CompletableFuture.runAsync(
            () -> {
              try {
                camel.getRouteController().stopRoute(route);
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    await().until(((ChannelWorkers) camel.getRoute(route).getConsumer())::isStopped);
    goOn.countDown();
    assertThat(outcome.get(5, TimeUnit.MINUTES)).isEqualTo(new Outcome.Posted("id", false));
    stopped.get(5, TimeUnit.MINUTES);
  }

  @Test
  void what_no_thread_was_free_for_is_certainly_not_sent() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    route(
        "threads=1&timeout=2000",
        e -> {
          begun.countDown();
          boolean through = false;
          while (!through) {
            try {
              goOn.await();
              through = true;
            } catch (InterruptedException ignored) {
              // a route that cannot be stopped
            }
          }
        });
    CompletableFuture<Outcome> first = send();
    assertThat(begun.await(5, TimeUnit.MINUTES)).isTrue();
    CompletableFuture<Outcome> second = send();
    assertThat(first.get(5, TimeUnit.MINUTES)).isInstanceOf(Outcome.Unknown.class);
    assertThat(second.get(5, TimeUnit.MINUTES)).isInstanceOf(Outcome.Unavailable.class);
    goOn.countDown();
  }

  @Test
  void who_hands_over_does_not_wait_and_no_more_threads_run_than_allowed() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    route(
        "threads=3&timeout=20000",
        e -> {
          most.accumulateAndGet(running.incrementAndGet(), Math::max);
          goOn.await();
          running.decrementAndGet();
          e.getMessage().setHeader("channelTxnId", Thread.currentThread().getName());
        });
    java.util.List<CompletableFuture<Outcome>> sent =
        java.util.stream.IntStream.range(0, 9).mapToObj(i -> send()).toList();
    await().until(() -> running.get() == 3);
    assertThat(sent).noneMatch(CompletableFuture::isDone);
    goOn.countDown();
    for (CompletableFuture<Outcome> one : sent) {
      assertThat(one.get(5, TimeUnit.MINUTES))
          .isInstanceOfSatisfying(
              Outcome.Posted.class,
              p -> assertThat(p.channelTxnId()).startsWith("channel x-post #"));
    }
    assertThat(most.get()).isEqualTo(3);
  }
}
