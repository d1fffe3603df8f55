package org.intergov.outbound.channel.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.channel.WebSub;
import org.intergov.outbound.config.Durations;
import org.intergov.outbound.config.kind.HttpAddress;

/**
 * Calls one address of a channel, over a connection pool of its own. The path may contain {@code
 * {channelTxnId}}, which is replaced by the header of that name as one encoded segment.
 */
@UriEndpoint(
    firstVersion = "1.0.0",
    scheme = "channel-http",
    title = "Channel HTTP",
    syntax = "channel-http:url",
    producerOnly = true,
    category = Category.HTTP)
public final class ChannelHttpEndpoint extends DefaultEndpoint {
  private final Vertx vertx;

  @UriPath(
      name = "url",
      javaType = "java.lang.String",
      description = "The address, http or https; without a scheme it is taken for http")
  @Metadata(required = true)
  private final HttpAddress address;

  private HttpClient client;
  private ChannelAccess access;
  private Credentials credentials;

  @UriParam(defaultValue = "GET", enums = "GET,POST", description = "GET or POST")
  private String method = "GET";

  @UriParam(description = "The query string, as it is sent")
  private String query;

  @UriParam(
      defaultValue = "15000",
      description =
          "Milliseconds for the whole answer, from the request's first byte to the answer's last")
  private long timeout = 15_000;

  @UriParam(
      defaultValue = "5s",
      description = "How long TCP and TLS may take to be set up, such as 5s")
  private String connectTimeout = "5s";

  @UriParam(defaultValue = "16", description = "Connections at most; the concurrency of a lane")
  private int connections = 16;

  @UriParam(
      defaultValue = "4s",
      description =
          "How long an idle connection is kept, in whole seconds, such as 4s; shorter than the server keeps it")
  private String keepAlive = "4s";

  @UriParam(
      defaultValue = "65536",
      description = "Bytes of an answer's body at most; a longer one is cut off and is no answer")
  private int maxAnswerBytes = 65_536;

  @UriParam(description = "The HTTP header that carries the idempotency key; unset: it is not sent")
  private String keyHeader;

  @UriParam(defaultValue = "application/json", description = "The media type of what is sent")
  private String contentType = "application/json";

  @UriParam(
      defaultValue = "none",
      enums = "none,updated-since",
      description = "updated-since: the query is in header page, and answers come page by page")
  private String paging = "none";

  @UriParam(description = "The User-Agent header; unset: intergov-outbound and its version")
  private String userAgent = UserAgent.OURS;

  @UriParam(
      label = "security",
      description = "How we identify ourselves: a reference to a map of parameters")
  private ParameterMap auth;

  @UriParam(
      label = "security",
      description = "Our certificate and whom we trust: a reference to a map of parameters")
  private ParameterMap tls;

  @UriParam(
      description =
          "Where channels call us back, and for how long: a reference to a map of parameters. If it is set, the form of a subscription is sent instead of the body")
  private ParameterMap websub;

  ChannelHttpEndpoint(
      String uri, ChannelHttpComponent component, Vertx vertx, HttpAddress address) {
    super(uri, component);
    this.vertx = vertx;
    this.address = address;
  }

  @Override
  protected void doStart() throws Exception {
    super.doStart();
    access = ((ChannelHttpComponent) getComponent()).access(auth, tls);
    credentials = access.credentials();
    client =
        access.client(
            vertx,
            new HttpClientOptions()
                .setConnectTimeout(connectTimeoutMillis())
                .setMaxPoolSize(connections)
                .setKeepAliveTimeout(keepAliveSeconds())
                .setSsl(address.tls()));
  }

  @Override
  protected void doStop() throws Exception {
    if (client != null) {
      client.close();
      client = null;
    }
    if (access != null) {
      ((ChannelHttpComponent) getComponent()).giveBack(auth, tls);
      access = null;
    }
    super.doStop();
  }

  @Override
  public Producer createProducer() {
    return new ChannelHttpProducer(this);
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    throw new IllegalArgumentException(
        "channel-http is for calling channels, not for being called");
  }

  @Override
  public boolean isSingletonProducer() {
    return true;
  }

  HttpClient client() {
    return client;
  }

  Vertx vertx() {
    return vertx;
  }

  HttpAddress address() {
    return address;
  }

  /** What lets us in; null: nothing is needed. */
  Credentials credentials() {
    return credentials;
  }

  /** Whether the query is in header {@code page}, and the answer may name a next page. */
  boolean isPaged() {
    return paging.equals("updated-since");
  }

  HttpMethod httpMethod() {
    return HttpMethod.valueOf(method);
  }

  public String getMethod() {
    return method;
  }

  /** GET or POST. */
  public void setMethod(String method) {
    this.method = method;
  }

  public String getQuery() {
    return query;
  }

  /** The query string, as it is sent. */
  public void setQuery(String query) {
    this.query = query;
  }

  public long getTimeout() {
    return timeout;
  }

  /** Milliseconds for the whole answer, from the request's first byte to the answer's last. */
  public void setTimeout(long timeout) {
    this.timeout = timeout;
  }

  /** Never longer than the timeout for the answer; leases are reckoned by that. */
  int connectTimeoutMillis() {
    return (int) Math.min(Durations.parse(connectTimeout).toMillis(), timeout);
  }

  private int keepAliveSeconds() {
    return Math.toIntExact(Math.max(1, Durations.parse(keepAlive).toSeconds()));
  }

  public String getConnectTimeout() {
    return connectTimeout;
  }

  /** How long TCP and TLS may take to be set up, such as {@code 5s}. */
  public void setConnectTimeout(String duration) {
    this.connectTimeout = duration;
  }

  public int getConnections() {
    return connections;
  }

  /** Connections at most; a lane's concurrency. */
  public void setConnections(int connections) {
    this.connections = connections;
  }

  public String getKeepAlive() {
    return keepAlive;
  }

  /**
   * How long an idle connection is kept, in whole seconds, such as {@code 4s}. Shorter than most
   * servers keep it, since a post on a connection that the server is closing has an unknown
   * outcome.
   */
  public void setKeepAlive(String duration) {
    this.keepAlive = duration;
  }

  public int getMaxAnswerBytes() {
    return maxAnswerBytes;
  }

  /** Bytes of an answer's body at most; a longer one is cut off and is no answer. */
  public void setMaxAnswerBytes(int maxAnswerBytes) {
    this.maxAnswerBytes = maxAnswerBytes;
  }

  public String getKeyHeader() {
    return keyHeader;
  }

  /** The HTTP header that carries the idempotency key; unset: it is not sent. */
  public void setKeyHeader(String keyHeader) {
    this.keyHeader = keyHeader;
  }

  public String getContentType() {
    return contentType;
  }

  /** The media type of what is sent. */
  public void setContentType(String contentType) {
    this.contentType = contentType;
  }

  public String getUserAgent() {
    return userAgent;
  }

  /** Who we say we are. */
  public void setUserAgent(String userAgent) {
    this.userAgent = userAgent;
  }

  public String getPaging() {
    return paging;
  }

  /** {@code updated-since}: the query is in header {@code page}, answers come page by page. */
  public void setPaging(String paging) {
    this.paging = paging;
  }

  public ParameterMap getAuth() {
    return auth;
  }

  /** How we identify ourselves: a reference to a {@link ParameterMap}, such as {@code #sg-auth}. */
  public void setAuth(ParameterMap auth) {
    this.auth = auth;
  }

  public ParameterMap getTls() {
    return tls;
  }

  /** Our certificate and whom we trust: a reference to a {@link ParameterMap}. */
  public void setTls(ParameterMap tls) {
    this.tls = tls;
  }

  public ParameterMap getWebsub() {
    return websub;
  }

  /**
   * Where channels call us back, and for how long: a reference to a {@link ParameterMap}. If it is
   * set, the form of a subscription is sent instead of the exchange's body.
   */
  public void setWebsub(ParameterMap websub) {
    this.websub = websub;
  }

  /** What is sent; null: nothing. */
  String content(Message message) {
    if (websub != null) {
      return WebSub.form(websub, message);
    }
    Object body = message.getBody();
    return body == null ? null : body.toString();
  }
}
