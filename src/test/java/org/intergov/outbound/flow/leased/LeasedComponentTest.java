package org.intergov.outbound.flow.leased;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Routes that take from a leased queue. */
class LeasedComponentTest {
  private static final String RARELY = "?period=3600000";

  private final DefaultCamelContext camel = new DefaultCamelContext();
  private final Rows rows = new Rows();

  /** Hands out what was put in, and keeps what came of it. */
  private static final class Rows implements LeasedQueue {
    private final WakeUp due = new WakeUp();
    private final WakeUp ended = new WakeUp();
    private final Queue<String> waiting = new ConcurrentLinkedQueue<>();
    private final Queue<Exchange> ends = new ConcurrentLinkedQueue<>();
    private final Queue<Exchange> recorded = new ConcurrentLinkedQueue<>();
    private final AtomicInteger claims = new AtomicInteger();
    private volatile RuntimeException failure;
    private LeasedRoute route;

    @Override
    public void open(LeasedRoute to) {
      route = to;
    }

    @Override
    public WakeUp due() {
      return due;
    }

    @Override
    public WakeUp ended() {
      return ended;
    }

    @Override
    public void claim() {
      claims.incrementAndGet();
      if (failure != null) {
        throw failure;
      }
      String row;
      while ((row = waiting.poll()) != null) {
        Exchange exchange = route.exchange();
        exchange.getMessage().setBody(row);
        route.run(
            exchange,
            end -> {
              ends.add(end);
              ended.signal();
            });
      }
    }

    @Override
    public void record() {
      Exchange end;
      while ((end = ends.poll()) != null) {
        recorded.add(end);
      }
    }

    void add(String row) {
      waiting.add(row);
      due.signal();
    }
  }

  @BeforeEach
  void set() {
    camel.disableJMX();
    camel.getCamelContextExtension().setErrorHandlerFactory(new NoErrorHandlerDefinition());
    camel.getRegistry().bind("rows", rows);
  }

  @AfterEach
  void stop() throws Exception {
    camel.close();
  }

  private void start(String options, Processor steps) throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("leased:rows" + options).routeId("taking").process(steps);
          }
        });
    camel.start();
  }

  @Test
  void what_is_due_goes_through_the_route_and_its_end_is_recorded() throws Exception {
    start(RARELY, e -> e.getMessage().setBody(e.getMessage().getBody() + " done"));
    rows.add("a");

    await().until(() -> rows.recorded.size() == 1);
    assertThat(rows.recorded.peek().getMessage().getBody()).isEqualTo("a done");
    assertThat(rows.recorded.peek().getFromRouteId()).isEqualTo("taking");
  }

  @Test
  void what_is_due_before_the_start_is_taken_at_the_start() throws Exception {
    rows.add("a");
    start(RARELY, e -> {});

    await().until(() -> rows.recorded.size() == 1);
  }

  @Test
  void nothing_is_taken_before_every_route_listens() throws Exception {
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("direct:last").startupOrder(900).process(e -> {});
          }
        });
    rows.add("a");
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("leased:rows" + RARELY).startupOrder(1).to("direct:last?block=false");
          }
        });
    camel.start();

    await().until(() -> rows.recorded.size() == 1);
    assertThat(rows.recorded.peek().getException()).isNull();
  }

  @Test
  void it_looks_once_a_period_without_being_woken() throws Exception {
    start("?period=20", e -> {});
    await().until(() -> rows.claims.get() > 3);
  }

  @Test
  void a_route_that_fails_ends_its_exchange_with_the_failure() throws Exception {
    IllegalStateException failure = new IllegalStateException("a fault");
    start(
        RARELY,
        e -> {
          throw failure;
        });
    rows.add("a");

    await().until(() -> rows.recorded.size() == 1);
    assertThat(rows.recorded.peek().getException()).isSameAs(failure);
  }

  @Test
  void a_claim_that_fails_is_followed_by_the_next() throws Exception {
    rows.failure = new IllegalStateException("a fault");
    start("?period=20", e -> {});
    await().until(() -> rows.claims.get() > 1);
    rows.failure = null;
    rows.add("a");

    await().until(() -> rows.recorded.size() == 1);
  }

  @Test
  void a_suspended_route_takes_nothing_and_records_what_is_under_way_until_it_is_resumed()
      throws Exception {
    CompletableFuture<Void> begun = new CompletableFuture<>();
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    start(
        "?period=20",
        e -> {
          begun.complete(null);
          if (e.getMessage().getBody().equals("under way")) {
            mayEnd.join();
          }
        });
    rows.add("under way");
    begun.join();
    CompletableFuture<Void> suspended =
        CompletableFuture.runAsync(
            () -> {
              try {
                camel.getRouteController().suspendRoute("taking");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            });
    mayEnd.complete(null);
    suspended.join();
    await().until(() -> rows.recorded.size() == 1);

    rows.add("later");
    int claims = rows.claims.get();
    await()
        .during(java.time.Duration.ofMillis(200))
        .atMost(java.time.Duration.ofSeconds(20))
        .until(() -> rows.claims.get() <= claims + 1);
    assertThat(rows.recorded).hasSize(1);

    camel.getRouteController().resumeRoute("taking");
    await().until(() -> rows.recorded.size() == 2);
  }

  @Test
  void a_stopped_route_takes_nothing_more_and_one_that_is_started_again_does() throws Exception {
    start(RARELY, e -> {});
    rows.add("a");
    await().until(() -> rows.recorded.size() == 1);
    camel.getRouteController().stopRoute("taking");
    int claims = rows.claims.get();
    rows.add("b");
    assertThat(rows.claims).hasValue(claims);

    camel.getRouteController().startRoute("taking");
    await().until(() -> rows.recorded.size() == 2);
  }

  @Test
  void a_queue_that_does_not_exist_is_told_with_those_that_do() {
    assertThatThrownBy(
            () -> {
              camel.addRoutes(
                  new RouteBuilder() {
                    @Override
                    public void configure() {
                      from("leased:rowz").log("x");
                    }
                  });
              camel.start();
            })
        .rootCause()
        .hasMessageContaining("leased:rowz")
        .hasMessageContaining("[rows]");
  }

  @Test
  void an_unknown_option_is_refused() {
    assertThatThrownBy(() -> camel.getEndpoint("leased:rows?perod=1"))
        .hasMessageContaining("perod");
  }

  @Test
  void nothing_can_be_sent_to_it() throws Exception {
    assertThatThrownBy(() -> camel.getEndpoint("leased:rows").createProducer())
        .hasMessageContaining("from");
  }
}
