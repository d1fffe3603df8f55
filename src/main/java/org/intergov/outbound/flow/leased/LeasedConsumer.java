package org.intergov.outbound.flow.leased;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExtendedStartupListener;
import org.apache.camel.Processor;
import org.apache.camel.support.DefaultConsumer;

/**
 * Takes what is due in a leased queue: one thread claims, another records the ends, each when it is
 * woken and otherwise once a period.
 *
 * <p>It begins when all of Camel has started: before, the channels' routes may not listen yet.
 * Stopped or suspended, it claims nothing more and lets nothing into the route; it goes on
 * recording until it is shut down, since what is in flight ends later.
 */
final class LeasedConsumer extends DefaultConsumer implements ExtendedStartupListener {
  private static final long STOP_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final LeasedEndpoint endpoint;
  private final LeasedQueue queue;
  private final Processor route;
  private final AtomicInteger entering = new AtomicInteger();
  private volatile boolean open;
  private Turns claiming;
  private Turns recording;

  LeasedConsumer(LeasedEndpoint endpoint, Processor route, LeasedQueue queue) {
    super(endpoint, route);
    this.endpoint = endpoint;
    this.queue = queue;
    this.route = route;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    open = true;
    queue.open(new Handed());
    getEndpoint().getCamelContext().addStartupListener(this);
  }

  /** A route that is started later begins at once. */
  @Override
  public void onCamelContextStarted(CamelContext camel, boolean alreadyStarted) {
    if (alreadyStarted) {
      begin();
    }
  }

  @Override
  public void onCamelContextFullyStarted(CamelContext camel, boolean alreadyStarted) {
    begin();
  }

  private synchronized void begin() {
    if (open && claiming == null) {
      claiming = new Turns("claim", queue.due(), queue::claim);
    }
    if (open && recording == null && queue.ended() != null) {
      recording = new Turns("record", queue.ended(), queue::record);
    }
  }

  /** One of the two threads, from its beginning to its end. */
  private final class Turns implements Runnable {
    private final WakeUp wakeUp;
    private final Runnable turn;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean goesOn = true;

    Turns(String role, WakeUp wakeUp, Runnable turn) {
      this.wakeUp = wakeUp;
      this.turn = turn;
      Thread thread = new Thread(this, endpoint.queue() + " " + role);
      thread.setDaemon(true);
      thread.start();
    }

    @Override
    public void run() {
      try {
        while (goesOn) {
          take();
          if (goesOn) {
            wakeUp.await(endpoint.everyPeriod());
          }
          Thread.interrupted(); // nobody here ends by that
        }
      } finally {
        over.countDown();
      }
    }

    private void take() {
      try {
        turn.run();
      } catch (RuntimeException | Error e) {
        try {
          getExceptionHandler().handleException(e);
        } catch (RuntimeException | Error again) {
          // there is nobody left to tell
        }
      }
    }

    void end() throws InterruptedException {
      goesOn = false;
      wakeUp.signal();
      over.await(STOP_WITHIN_NANOS, TimeUnit.NANOSECONDS);
    }
  }

  @Override
  protected void doStop() throws Exception {
    open = false;
    Turns ends;
    synchronized (this) {
      ends = claiming;
      claiming = null;
    }
    if (ends != null) {
      ends.end();
      queue.closed();
    }
    long until = System.nanoTime() + STOP_WITHIN_NANOS;
    while (entering.get() > 0 && System.nanoTime() - until < 0) {
      LockSupport.parkNanos(LOOK_NANOS); // as long as it takes to enter the route
    }
    super.doStop();
  }

  @Override
  protected void doShutdown() throws Exception {
    Turns ends;
    synchronized (this) {
      ends = recording;
      recording = null;
    }
    if (ends != null) {
      ends.end();
    }
    super.doShutdown();
  }

  /** The route as the queue sees it. */
  private final class Handed implements LeasedRoute {
    @Override
    public boolean isOpen() {
      return open;
    }

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
      entering.incrementAndGet();
      try {
        if (open) {
          getAsyncProcessor().process(exchange, doneSync -> end.run());
        } else {
          exchange.setException(new RouteStoppedException());
          end.run();
        }
      } catch (RuntimeException | Error e) {
        exchange.setException(e);
        end.run();
      } finally {
        entering.decrementAndGet();
      }
    }

    @Override
    public void runHere(Exchange exchange) throws Exception {
      if (!open) {
        throw new RouteStoppedException();
      }
      route.process(exchange);
      if (exchange.getException() != null) {
        throw open ? exchange.getException() : new RouteStoppedException();
      }
    }

    @Override
    public int batch() {
      return endpoint.getBatch();
    }
  }
}
