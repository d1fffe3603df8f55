package org.intergov.outbound.channel.sqs;

import com.typesafe.config.ConfigFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.actor.Props;
import org.elasticmq.StrictSQSLimits$;
import org.elasticmq.actor.QueueManagerActor;
import org.elasticmq.rest.sqs.SQSRestServer;
import org.elasticmq.rest.sqs.SQSRestServerBuilder;
import org.elasticmq.util.NowProvider;
import scala.Option;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;

/**
 * A real ElasticMQ in this JVM. Its server can be stopped and started again, on the same port and
 * with the queues as they were: connections break, calls under way are lost, new ones are refused.
 */
public final class ElasticMq implements AutoCloseable {
  private final ActorSystem actors =
      ActorSystem.create(
          "elasticmq",
          ConfigFactory.parseString("pekko { loglevel = OFF, stdout-loglevel = OFF }")
              .withFallback(ConfigFactory.load()));
  private final ActorRef queues =
      actors.actorOf(
          Props.create(
              QueueManagerActor.class,
              new NowProvider(),
              StrictSQSLimits$.MODULE$,
              Option.empty()));
  private final int port;
  private final SqsClient client;
  private SQSRestServer server;

  private ElasticMq(int port) {
    this.port = port;
    startServer();
    client =
        SqsClient.builder()
            .endpointOverride(URI.create(url()))
            .region(Region.US_EAST_1)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create("test", "test")))
            .httpClientBuilder(ApacheHttpClient.builder())
            .build();
  }

  public static ElasticMq start(int port) {
    return new ElasticMq(port);
  }

  public String url() {
    return "http://127.0.0.1:" + port;
  }

  public void startServer() {
    server =
        SQSRestServerBuilder.withActorSystem(actors)
            .withQueueManagerActor(queues)
            .withInterface("127.0.0.1")
            .withPort(port)
            .start();
    server.waitUntilStarted();
  }

  public void stopServer() {
    server.stopAndWait();
  }

  /** Makes a queue; FIFO if it is named so. */
  public void create(String queue) {
    Map<QueueAttributeName, String> attributes = new HashMap<>();
    if (queue.endsWith(".fifo")) {
      attributes.put(QueueAttributeName.FIFO_QUEUE, "true");
    }
    client.createQueue(r -> r.queueName(queue).attributes(attributes));
  }

  public void delete(String queue) {
    client.deleteQueue(r -> r.queueUrl(queueUrl(queue)));
  }

  public String queueUrl(String queue) {
    return client.getQueueUrl(r -> r.queueName(queue)).queueUrl();
  }

  public void send(String queue, List<String> bodies) {
    String url = queueUrl(queue);
    for (int i = 0; i < bodies.size(); i += 10) {
      List<SendMessageBatchRequestEntry> entries = new ArrayList<>();
      for (String body : bodies.subList(i, Math.min(bodies.size(), i + 10))) {
        entries.add(
            SendMessageBatchRequestEntry.builder()
                .id(String.valueOf(entries.size()))
                .messageBody(body)
                .build());
      }
      client.sendMessageBatch(r -> r.queueUrl(url).entries(entries));
    }
  }

  /** Sends one; returns the id that the queue gave it. */
  public String send(String queue, String body) {
    return client.sendMessage(r -> r.queueUrl(queueUrl(queue)).messageBody(body)).messageId();
  }

  /** Ten at most; they come again after half a minute, unless they are removed. */
  public List<Message> take(String queue) {
    return client
        .receiveMessage(
            r ->
                r.queueUrl(queueUrl(queue))
                    .maxNumberOfMessages(10)
                    .messageAttributeNames("All")
                    .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
        .messages();
  }

  public void remove(String queue, List<Message> messages) {
    String url = queueUrl(queue);
    messages.forEach(
        m -> client.deleteMessage(r -> r.queueUrl(url).receiptHandle(m.receiptHandle())));
  }

  /** Takes everything out that is visible now. */
  public List<Message> drain(String queue) {
    List<Message> all = new ArrayList<>();
    List<Message> some;
    do {
      some = take(queue);
      remove(queue, some);
      all.addAll(some);
    } while (!some.isEmpty());
    return all;
  }

  /** Messages that are there, visible or being worked on. */
  public long size(String queue) {
    var attributes =
        client
            .getQueueAttributes(
                r -> r.queueUrl(queueUrl(queue)).attributeNames(QueueAttributeName.ALL))
            .attributes();
    return Long.parseLong(attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES))
        + Long.parseLong(
            attributes.get(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES_NOT_VISIBLE));
  }

  /** The text attributes of a message. */
  public static Map<String, String> attributes(Message message) {
    Map<String, String> texts = new HashMap<>();
    message.messageAttributes().forEach((name, value) -> texts.put(name, value.stringValue()));
    return texts;
  }

  @Override
  public void close() {
    client.close();
    server.stopAndWait();
    actors.terminate();
    try {
      scala.concurrent.Await.ready(
          actors.whenTerminated(),
          scala.concurrent.duration.Duration.fromNanos(Duration.ofSeconds(20).toNanos()));
    } catch (InterruptedException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }
}
