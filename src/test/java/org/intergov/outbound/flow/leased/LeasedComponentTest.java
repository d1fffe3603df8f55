package org.intergov.outbound.flow.leased;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.errorhandler.NoErrorHandlerDefinition;
import org.apache.camel.support.AsyncProcessorSupport;
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
    private final AtomicInteger closed = new AtomicInteger();
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
    public void closed() {
      closed.incrementAndGet();
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

  /** One is under way, and Camel has lost patience with it. */
  private CompletableFuture<Void> underWayWhile(Change change) throws Exception {
    camel.getShutdownStrategy().setTimeUnit(TimeUnit.MILLISECONDS);
    camel.getShutdownStrategy().setTimeout(100);
    CompletableFuture<Void> mayEnd = new CompletableFuture<>();
    camel.addRoutes(
        new RouteBuilder() {
          @Override
          public void configure() {
            from("leased:rows?period=20").routeId("taking").process(new Waiting(mayEnd));
          }
        });
    camel.start();
    rows.add("under way");
    await().until(() -> camel.getInflightRepository().size("taking") == 1);
    change.run();
    return mayEnd;
  }

  private interface Change {
    void run() throws Exception;
  }

  /** As a channel that answers late, on a thread of its own. */
  private static final class Waiting extends AsyncProcessorSupport {
    private final CompletableFuture<Void> mayEnd;

    Waiting(CompletableFuture<Void> mayEnd) {
      this.mayEnd = mayEnd;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
      if (mayEnd.isDone()) {
        callback.done(true);
        return true;
      }
      mayEnd.thenRunAsync(() -> callback.done(false));
      return false;
    }
  }

  @Test
  void a_suspended_route_takes_nothing_records_what_is_under_way_and_can_be_resumed()
      throws Exception {
    CompletableFuture<Void> mayEnd =
        underWayWhile(() -> camel.getRouteController().suspendRoute("taking"));
    int claims = rows.claims.get();
    rows.add("later");
    mayEnd.complete(null);

    await().until(() -> rows.recorded.size() == 1);
    assertThat(rows.recorded.peek().getException()).isNull();
    assertThat(rows.claims).hasValue(claims);
    assertThat(rows.closed).hasValue(1);

    camel.getRouteController().resumeRoute("taking");
    await().until(() -> rows.recorded.size() == 2);
  }

  @Test
  void a_stopped_route_records_what_is_under_way_and_can_be_started() throws Exception {
    CompletableFuture<Void> mayEnd =
        underWayWhile(() -> camel.getRouteController().stopRoute("taking"));
    mayEnd.complete(null);
    await().until(() -> rows.recorded.size() == 1);

    camel.getRouteController().startRoute("taking");
    rows.add("later");
    await().until(() -> rows.recorded.size() == 2);
  }

  @Test
  void what_is_handed_to_a_stopped_route_comes_back_at_once() throws Exception {
    start(RARELY, e -> {});
    camel.getRouteController().stopRoute("taking");
    CompletableFuture<Exchange> ended = new CompletableFuture<>();

    rows.route.run(rows.route.exchange(), ended::complete);

    assertThat(ended).isCompleted();
    assertThat(ended.join().getException()).isInstanceOf(RouteStoppedException.class);
    assertThat(rows.route.isOpen()).isFalse();
    assertThatThrownBy(() -> rows.route.runHere(rows.route.exchange()))
        .isInstanceOf(RouteStoppedException.class);
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
