package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.Route;
import org.apache.camel.support.RoutePolicySupport;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ParameterMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchRequest;
import software.amazon.awssdk.services.sqs.model.ChangeMessageVisibilityBatchResponse;
import software.amazon.awssdk.services.sqs.model.DeleteMessageRequest;
import software.amazon.awssdk.services.sqs.model.DeleteMessageResponse;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageRequest;
import software.amazon.awssdk.services.sqs.model.ReceiveMessageResponse;
import software.amazon.awssdk.services.sqs.model.SendMessageRequest;
import software.amazon.awssdk.services.sqs.model.SendMessageResponse;

/**
 * The client that a route hands to the {@code aws2-sqs} endpoints of one queue, and the policy of
 * that route: it is open while the route is. Camel's component decides when something is sent,
 * received and deleted; this decides how:
 *
 * <ul>
 *   <li>what is sent while other calls are under way gathers to batches of ten, and so does what is
 *       deleted; each message has its own outcome, and one that was never sent is told from one
 *       that may have been;
 *   <li>in a FIFO queue the deduplication id is the idempotency key, and both ids are made fit for
 *       SQS;
 *   <li>credentials are in here, not in the endpoint's URI;
 *   <li>the server is asked for nothing before there is something to send or to receive, and asked
 *       for the queue's URL, not for a list of queues; the queue URL of a request is replaced;
 *   <li>while it cannot read, it says so once, rests, and returns no messages; it receives no more
 *       than it holds room for; what it still holds when the route stops is visible again at once.
 * </ul>
 *
 * <p>Thread-safe, except the setters, which are for whoever makes it.
 */
public final class GatheringSqsClient extends RoutePolicySupport implements SqsClient {
  /** The attribute that is the deduplication id in a FIFO queue; without it the group is. */
  static final String IDEMPOTENCY_KEY = "idempotency-key";

  private static final Logger LOG = LoggerFactory.getLogger(GatheringSqsClient.class);
  private static final int DEAD_LETTERS_AT_ONCE = 40;
  private static final int MOST_OF_A_REFUSED_ONE = 50_000;

  private String queue = "";
  private String region = "";
  private String endpoint = "";
  private String profile = "";
  private ParameterMap auth;
  private Duration timeout = Duration.ofSeconds(15);
  private int concurrency = 16;
  private boolean cut;
  private OpenQueue open;
  private boolean stopped;

  /** For the intake; with the time-outs of a channel that gives none. */
  public static GatheringSqsClient of(SqsConnection connection, int concurrency) {
    GatheringSqsClient client = new GatheringSqsClient();
    client.queue = connection.queue();
    client.region = connection.region();
    client.endpoint = connection.endpoint();
    client.profile = connection.profile();
    client.auth = connection.auth();
    client.concurrency = concurrency;
    return client;
  }

  /**
   * For dead letters: of what the queue refuses, the beginning is sent; one that is refused must
   * not keep those behind it where they came from.
   */
  public static GatheringSqsClient ofDeadLetters(SqsConnection connection) {
    GatheringSqsClient client = of(connection, DEAD_LETTERS_AT_ONCE);
    client.cut = true;
    return client;
  }

  @Override
  public SendMessageResponse sendMessage(SendMessageRequest request) {
    Map<String, String> attributes = new HashMap<>();
    request.messageAttributes().forEach((name, v) -> attributes.put(name, v.stringValue()));
    String group = request.messageGroupId() == null ? "" : request.messageGroupId();
    String key = attributes.getOrDefault(IDEMPOTENCY_KEY, group);
    SqsQueue.Outgoing message =
        new SqsQueue.Outgoing(request.messageBody(), attributes, group, key);
    String id = cut ? sendWhatFits(message) : open().send(message);
    return SendMessageResponse.builder().messageId(id).build();
  }

  private String sendWhatFits(SqsQueue.Outgoing whole) {
    NotPostedException refused = null;
    for (String body :
        List.of(whole.body(), start(whole.body()), "too large or not allowed here")) {
      try {
        return open().send(whole.withBody(body));
      } catch (NotPostedException e) {
        if (!(e.getCause() instanceof ChannelException.Refused)) {
          throw e;
        }
        refused = e;
      }
    }
    throw refused;
  }

  private static String start(String body) {
    int end = Math.min(body.length(), MOST_OF_A_REFUSED_ONE);
    return body.substring(
        0, end > 0 && Character.isHighSurrogate(body.charAt(end - 1)) ? end - 1 : end);
  }

  @Override
  public ReceiveMessageResponse receiveMessage(ReceiveMessageRequest request) {
    return ReceiveMessageResponse.builder().messages(open().receive(request)).build();
  }

  /** Returns at once; a message that cannot be deleted then comes again. */
  @Override
  public DeleteMessageResponse deleteMessage(DeleteMessageRequest request) {
    open().delete(request.receiptHandle());
    return DeleteMessageResponse.builder().build();
  }

  @Override
  public ChangeMessageVisibilityBatchResponse changeMessageVisibilityBatch(
      ChangeMessageVisibilityBatchRequest request) {
    return open().keep(new ArrayList<>(request.entries()));
  }

  /** Made when it is needed; of a route that has stopped it is closed already. */
  private synchronized OpenQueue open() {
    if (open == null) {
      SqsConnection connection = new SqsConnection(queue, region, endpoint, profile, auth);
      open = new OpenQueue(connection, timeout, concurrency);
      if (stopped) {
        open.close();
      }
    }
    return open;
  }

  /** So that the first message does not wait for the client to be made and the queue found. */
  @Override
  public void onStart(Route route) {
    synchronized (this) {
      if (stopped) {
        stopped = false;
        open = null;
      }
    }
    open().warmUp();
  }

  @Override
  public void onStop(Route route) {
    close();
  }

  /** Camel would keep what stood in a route that has been removed, with its credentials. */
  @Override
  public void onRemove(Route route) {
    try {
      route.getCamelContext().removeService(this);
    } catch (Exception e) {
      LOG.debug("queue {}: its client could not be forgotten", queue, e);
    }
  }

  /** Deletes what is done with, gives back what is not, and breaks off the rest. */
  @Override
  public void close() {
    OpenQueue last;
    synchronized (this) {
      stopped = true;
      last = open;
    }
    if (last != null) {
      last.close();
    }
  }

  @Override
  public String serviceName() {
    return SqsClient.SERVICE_NAME;
  }

  /** Its name, or its URL. */
  public void setQueue(String queue) {
    this.queue = queue;
  }

  /** Such as eu-west-2; empty: that of the queue's URL, of the environment or of the profile. */
  public void setRegion(String region) {
    this.region = region;
  }

  /** URL of a server that is not AWS; empty: AWS, or the server of the queue's URL. */
  public void setEndpoint(String endpoint) {
    this.endpoint = endpoint;
  }

  /** A profile of the shared AWS files; empty: credentials are found by the default chain. */
  public void setProfile(String profile) {
    this.profile = profile;
  }

  /** Static keys; null: there are none. */
  public void setAuth(ParameterMap auth) {
    this.auth = auth;
  }

  /** Milliseconds for a call. A message waits as long at most to be sent. */
  public void setTimeout(long timeout) {
    this.timeout = Duration.ofMillis(timeout);
  }

  /** Messages that are sent at once, or threads that receive. */
  public void setConcurrency(int concurrency) {
    this.concurrency = concurrency;
  }

  /** No secret. */
  @Override
  public String toString() {
    return "queue " + queue;
  }
}
