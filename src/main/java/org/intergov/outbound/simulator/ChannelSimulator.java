package org.intergov.outbound.simulator;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * A channel that speaks the public Channel API and misbehaves as told.
 *
 * <p>It answers {@code POST /messages}, {@code GET /messages/{id}} and {@code GET /stats} from one
 * event loop. Every message taken and every key seen is held in memory until {@link #close}, some
 * 500 bytes each and what the message itself has; nothing is written to disk.
 *
 * <p>Any thread may call any method, but for {@link #setDown}, {@link #down} and {@link #close},
 * which block and so must not be called from {@link Fates}.
 */
public final class ChannelSimulator implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 10;

  private final Options options;
  private final Vertx vertx;
  private final Ledger ledger;
  private final SimulatedApi api;
  private final ChannelServer requests;
  private HttpServer listener;
  private volatile int port;
  private long upTimer = -1;
  private boolean closed;

  private ChannelSimulator(Options options) {
    this.options = options;
    this.port = options.port();
    this.vertx =
        Vertx.vertx(
            new VertxOptions()
                .setEventLoopPoolSize(1)
                .setWorkerPoolSize(1)
                .setInternalBlockingPoolSize(1)
                .setFileSystemOptions(
                    new FileSystemOptions()
                        .setFileCachingEnabled(false)
                        .setClassPathResolvingEnabled(false)));
    this.ledger = new Ledger(options);
    this.api = new SimulatedApi(options, ledger);
    this.requests = new ChannelServer(vertx, api, ledger, options);
  }

  /**
   * Starts a channel that accepts connections when this returns.
   *
   * @throws UncheckedIOException if it cannot listen there, for example because the port is taken
   */
  public static ChannelSimulator start(Options options) {
    ChannelSimulator simulator = new ChannelSimulator(options);
    try {
      simulator.setDown(false);
      return simulator;
    } catch (UncheckedIOException e) {
      simulator.close();
      throw e;
    }
  }

  /** Where it listens, without a slash at the end; the same after it was down. */
  public String url() {
    String host = options.host().contains(":") ? "[" + options.host() + "]" : options.host();
    return "http://" + host + ":" + port;
  }

  /** The port it listens on; the same after it was down. */
  public int port() {
    return port;
  }

  /** Replaces the fates of {@link Options#fates}; the next post is decided by these. */
  public void fates(Fates fates) {
    api.fates(fates);
  }

  /**
   * Takes the channel down, closing every connection and refusing new ones, or up again on the same
   * port. What it remembers stays.
   *
   * @throws UncheckedIOException if it cannot listen again
   * @throws IllegalStateException if it is closed
   */
  public synchronized void setDown(boolean down) {
    if (closed) {
      throw new IllegalStateException("the simulator at " + url() + " is closed");
    }
    vertx.cancelTimer(upTimer);
    if (down) {
      closeListener();
    } else if (listener == null) {
      openListener();
    }
  }

  /** Takes the channel down now, and up again by itself after this long. Returns when down. */
  public synchronized void down(Duration howLong) {
    setDown(true);
    upTimer =
        vertx.setTimer(
            Math.max(1, howLong.toMillis()), timer -> vertx.executeBlocking(() -> upAgain(timer)));
  }

  /** Sets a message's status by hand, whatever its fate was; false if the id is not known. */
  public boolean report(String id, Status status) {
    return ledger.report(id, status);
  }

  /** The latest posts, oldest first, at most {@link Options#keepPosts} of them. */
  public List<Post> received() {
    return ledger.received();
  }

  /** What happened up to now; looks at every message held. */
  public Stats stats() {
    return ledger.stats();
  }

  /** Stops listening and closes every connection. Statistics can still be read. */
  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      listener = null;
      await(vertx.close(), "stop");
    }
  }

  private synchronized Void upAgain(long timer) {
    if (!closed && timer == upTimer) {
      setDown(false);
    }
    return null;
  }

  private void openListener() {
    HttpServerOptions http =
        new HttpServerOptions()
            .setHost(options.host())
            .setPort(port)
            .setHttp2ClearTextEnabled(false)
            .setHandle100ContinueAutomatically(true)
            .setAcceptBacklog(1024)
            .setTcpNoDelay(true);
    HttpServer opened = vertx.createHttpServer(http).requestHandler(requests::answer);
    await(opened.listen(), "listen on " + options.host() + ":" + port);
    listener = opened;
    port = opened.actualPort();
  }

  private void closeListener() {
    if (listener != null) {
      await(listener.close(), "stop listening");
      listener = null;
      waitUntilRefused();
    }
  }

  /** The server calls itself closed a little before its port stops taking connections. */
  private void waitUntilRefused() {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (accepts() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
    }
  }

  private boolean accepts() {
    try (Socket probe = new Socket(options.host(), port)) {
      return probe.isConnected();
    } catch (ConnectException refused) {
      return false;
    } catch (IOException halfway) {
      return true;
    }
  }

  private static void await(Future<?> future, String what) {
    try {
      future.toCompletionStage().toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      String reason = "cannot " + what + ": " + e.getCause().getMessage();
      throw new UncheckedIOException(reason, new IOException(reason, e.getCause()));
    } catch (TimeoutException e) {
      String reason = "cannot " + what + " within " + PATIENCE_SECONDS + " s";
      throw new UncheckedIOException(reason, new IOException(reason, e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      String reason = "interrupted before it could " + what;
      throw new UncheckedIOException(reason, new IOException(reason, e));
    }
  }
}
