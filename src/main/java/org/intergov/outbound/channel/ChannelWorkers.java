package org.intergov.outbound.channel;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.support.AsyncProcessorSupport;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.service.ServiceHelper;
import org.intergov.outbound.config.Cause;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the exchanges of one channel's step and runs each through the route on one of a bounded
 * number of threads. Who hands over never waits.
 */
final class ChannelWorkers extends DefaultConsumer {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelWorkers.class);
  private static final Duration IDLE = Duration.ofSeconds(60);

  private final ChannelWorkersEndpoint endpoint;
  private Consumer entrance;
  private volatile String lastFailure;
  private ThreadPoolExecutor threads;

  ChannelWorkers(ChannelWorkersEndpoint endpoint, Processor route) {
    super(endpoint, route);
    this.endpoint = endpoint;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            endpoint.getThreads(),
            endpoint.getThreads(),
            IDLE.toSeconds(),
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            work -> {
              String name = "channel " + endpoint.step() + " #" + number.incrementAndGet();
              Thread thread = new Thread(work, name);
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    entrance =
        getEndpoint()
            .getCamelContext()
            .getEndpoint("direct:" + endpoint.step())
            .createConsumer(new HandOver());
    ServiceHelper.startService(entrance);
  }

  /** Takes nothing more; what has begun may end, and Camel waits for it. */
  @Override
  protected void doStop() throws Exception {
    ServiceHelper.stopAndShutdownService(entrance);
    if (entrance != null) {
      getEndpoint().getCamelContext().removeEndpoint(entrance.getEndpoint());
    }
    if (threads != null) {
      threads.shutdown();
    }
    super.doStop();
  }

  @Override
  protected void doShutdown() throws Exception {
    if (threads != null) {
      threads.shutdownNow();
    }
    super.doShutdown();
  }

  /** Every failure of a post is in the journal; the log has those that differ from the last. */
  private void failed(Throwable failure) {
    String text = Cause.of(failure, endpoint.getSecrets()::hiddenIn);
    if (!text.equals(lastFailure)) {
      lastFailure = text;
      LOG.warn("channel route {} failed: {}; repeats are not logged", endpoint.step(), text);
    }
    if (LOG.isDebugEnabled()) {
      LOG.debug(
          "channel route {} failed: {}", endpoint.step(), endpoint.getSecrets().hiddenIn(failure));
    }
  }

  /** Its call is over, in whatever way, before {@code process} returns or later. */
  private final class HandOver extends AsyncProcessorSupport {
    @Override
    public boolean process(Exchange given, AsyncCallback callback) {
      WorkerCall call =
          new WorkerCall(given, callback, endpoint.getTimeout(), endpoint.getSecrets());
      try {
        call.isRun(
            threads.submit(
                () ->
                    call.run(createExchange(false), getProcessor(), ChannelWorkers.this::failed)));
      } catch (RejectedExecutionException e) {
        call.notBegun("the channel's routes are being stopped");
      }
      return false;
    }
  }
}
