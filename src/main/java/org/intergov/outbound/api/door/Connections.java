package org.intergov.outbound.api.door;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits on connections to a port, so that clients which open many, or send their headers a byte at
 * a time, take nothing from others. A body that comes slowly is {@link RequestStream}'s matter.
 * Thread-safe.
 */
final class Connections {
  static final long SWEEP_MILLIS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(Connections.class);

  /** To one port; each takes a file handle and some 10 kB. */
  static final int MOST_API = 2_000;

  /** Probes and scrapes find room whatever happens at the API. */
  static final int MOST_MANAGEMENT = 200;

  /** From the connection to the end of the first request's headers. */
  private static final long FIRST_HEADERS_NANOS = Duration.ofSeconds(10).toNanos();

  /** From an answer to the end of the next request's headers. */
  private static final long NEXT_HEADERS_NANOS = Duration.ofSeconds(120).toNanos();

  /** The same, for who came without a token: it holds no place for long. */
  private static final long STRANGER_NANOS = Duration.ofSeconds(5).toNanos();

  private static final int LINE_BYTES = 4_096;
  private static final int HEADERS_BYTES = 8_192;

  private final Map<HttpConnection, Visit> visits = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();
  private final int most;

  Connections(int most) {
    this.most = most;
  }

  /** What a connection is doing. */
  private static final class Visit {
    private volatile HttpServerRequest request;
    private volatile long waitingSince = System.nanoTime();
    private volatile boolean stranger;
  }

  /** Sets the limits that the server keeps by itself. */
  static HttpServerOptions limit(HttpServerOptions options) {
    return options
        .setMaxInitialLineLength(LINE_BYTES)
        .setMaxHeaderSize(HEADERS_BYTES)
        // neither read nor written for so long, whatever it is doing
        .setIdleTimeout(120)
        .setSslHandshakeTimeout(10)
        // one connection, one request at a time
        .setHttp2ClearTextEnabled(false)
        .setUseAlpn(false);
  }

  void opened(HttpConnection connection) {
    connection.closeHandler(
        closed -> {
          open.decrementAndGet();
          visits.remove(connection);
        });
    visits.put(connection, new Visit());
    if (open.incrementAndGet() > most) {
      LOG.debug("{}: closed, {} connections are open", connection.remoteAddress(), most);
      connection.close();
    }
  }

  /** The headers of a request are there. */
  void asked(HttpServerRequest request) {
    Visit visit = visits.get(request.connection());
    if (visit != null) {
      visit.request = request;
      visit.waitingSince = 0;
      visit.stranger = false;
    }
  }

  /** The request has no token that is known. */
  void isStranger(HttpServerRequest request) {
    Visit visit = visits.get(request.connection());
    if (visit != null) {
      visit.stranger = true;
    }
  }

  /** Closes what has waited too long for a request's headers. */
  void sweep() {
    long now = System.nanoTime();
    visits.forEach(
        (connection, visit) -> {
          HttpServerRequest request = visit.request;
          if (request != null && !request.response().ended()) {
            return;
          }
          if (visit.waitingSince == 0) {
            visit.waitingSince = now;
          }
          long patience = visit.stranger ? STRANGER_NANOS : NEXT_HEADERS_NANOS;
          if (now - visit.waitingSince > (request == null ? FIRST_HEADERS_NANOS : patience)) {
            LOG.debug("{}: closed, no request came", connection.remoteAddress());
            connection.close();
          }
        });
  }
}
