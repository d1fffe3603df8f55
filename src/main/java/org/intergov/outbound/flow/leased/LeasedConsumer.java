package org.intergov.outbound.flow.leased;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExtendedStartupListener;
import org.apache.camel.Processor;
import org.apache.camel.Suspendable;
import org.apache.camel.support.DefaultConsumer;

/**
 * Takes what is due in a leased queue: one thread claims, another records the ends, each when it is
 * woken and otherwise once a period. Suspended it claims nothing more, and goes on recording.
 *
 * <p>It begins when all of Camel has started: before, the channels' routes may not listen yet.
 */
final class LeasedConsumer extends DefaultConsumer implements ExtendedStartupListener, Suspendable {
  private static final long STOP_WITHIN_MILLIS = TimeUnit.SECONDS.toMillis(10);

  private final LeasedEndpoint endpoint;
  private final LeasedQueue queue;
  private final Processor route;
  private ExecutorService threads;
  private volatile boolean running;

  LeasedConsumer(LeasedEndpoint endpoint, Processor route, LeasedQueue queue) {
    super(endpoint, route);
    this.endpoint = endpoint;
    this.queue = queue;
    this.route = route;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    queue.open(new Handed());
    getEndpoint().getCamelContext().addStartupListener(this);
  }

  /** A route that is started later begins at once. */
  @Override
  public void onCamelContextStarted(CamelContext camel, boolean alreadyStarted) {
    if (alreadyStarted) {
      begin(camel);
    }
  }

  @Override
  public void onCamelContextFullyStarted(CamelContext camel, boolean alreadyStarted) {
    begin(camel);
  }

  private void begin(CamelContext camel) {
    if (threads != null) {
      return;
    }
    running = true;
    int roles = queue.ended() == null ? 1 : 2;
    threads = camel.getExecutorServiceManager().newFixedThreadPool(this, endpoint.queue(), roles);
    threads.execute(() -> turns(queue.due(), this::claim));
    if (roles > 1) {
      threads.execute(() -> turns(queue.ended(), queue::record));
    }
  }

  private void claim() {
    if (!isSuspendingOrSuspended()) {
      queue.claim();
    }
  }

  private void turns(WakeUp wakeUp, Runnable turn) {
    while (running && !Thread.currentThread().isInterrupted()) {
      try {
        turn.run();
      } catch (RuntimeException | Error e) {
        getExceptionHandler().handleException(e);
      }
      if (running) {
        wakeUp.await(endpoint.everyPeriod());
      }
    }
  }

  @Override
  protected void doResume() throws Exception {
    super.doResume();
    queue.due().signal();
  }

  @Override
  protected void doStop() throws Exception {
    running = false;
    if (threads != null) {
      queue.due().signal();
      if (queue.ended() != null) {
        queue.ended().signal();
      }
      getEndpoint()
          .getCamelContext()
          .getExecutorServiceManager()
          .shutdownGraceful(threads, STOP_WITHIN_MILLIS);
      threads = null;
    }
    super.doStop();
  }

  /** The route as the queue sees it. */
  private final class Handed implements LeasedRoute {
    @Override
    public Exchange exchange() {
      return createExchange(false);
    }

    @Override
    public void run(Exchange exchange, java.util.function.Consumer<Exchange> ended) {
      AtomicBoolean told = new AtomicBoolean();
      Runnable end =
          () -> {
            if (told.compareAndSet(false, true)) {
              ended.accept(exchange);
            }
          };
      try {
        getAsyncProcessor().process(exchange, doneSync -> end.run());
      } catch (RuntimeException | Error e) {
        exchange.setException(e);
        end.run();
      }
    }

    @Override
    public void runHere(Exchange exchange) throws Exception {
      route.process(exchange);
      if (exchange.getException() != null) {
        throw exchange.getException();
      }
    }

    @Override
    public int batch() {
      return endpoint.getBatch();
    }
  }
}
