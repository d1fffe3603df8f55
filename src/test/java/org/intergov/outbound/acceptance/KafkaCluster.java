package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * A Kafka cluster of three nodes, each a process of its own that is broker and controller. One for
 * all test classes: those that harm it take the lock {@link #LOCK} for writing. Listeners: plain,
 * and TLS with a login and a client certificate.
 */
public final class KafkaCluster {
  static final String LOCK = "kafka";
  private static final int NODES = 3;
  private static final Path HOME = Path.of("target", "acceptance", "kafka").toAbsolutePath();
  private static KafkaCluster shared;

  private final List<KafkaNode> nodes = new ArrayList<>();
  private final KafkaCertificates certificates;
  private final Admin admin;

  private KafkaCluster() throws IOException {
    Directories.delete(HOME);
    Files.createDirectories(HOME);
    certificates = KafkaCertificates.create(HOME);
    String clusterId = Uuid.randomUuid().toString();
    List<Integer> controllers = new ArrayList<>();
    for (int i = 0; i < NODES; i++) {
      controllers.add(Ports.free());
    }
    for (int id = 1; id <= NODES; id++) {
      nodes.add(new KafkaNode(id, controllers, HOME, certificates));
    }
    nodes.forEach(n -> n.format(clusterId));
    nodes.forEach(KafkaNode::start);
    admin =
        Admin.create(Map.<String, Object>of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, brokers()));
    awaitNodes(NODES);
  }

  /** The one that is never stopped. */
  public static synchronized KafkaCluster shared() {
    if (shared == null) {
      try {
        shared = new KafkaCluster();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      Runtime.getRuntime().addShutdownHook(new Thread(() -> shared.nodes.forEach(KafkaNode::kill)));
    }
    return shared;
  }

  private void awaitNodes(int count) {
    await(count + " Kafka nodes")
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptions()
        .until(() -> admin.describeCluster().nodes().get(5, TimeUnit.SECONDS).size() == count);
  }

  /** For a client without TLS. */
  public String brokers() {
    return String.join(",", nodes.stream().map(n -> "127.0.0.1:" + n.plainPort()).toList());
  }

  /** For a client with TLS, certificate, user and password. */
  String secureBrokers() {
    return String.join(",", nodes.stream().map(n -> "127.0.0.1:" + n.securePort()).toList());
  }

  KafkaCertificates certificates() {
    return certificates;
  }

  /** The node that leads most partitions of a topic. */
  KafkaNode leader(String topic) {
    Map<Integer, Integer> led = new HashMap<>();
    get(admin.describeTopics(List.of(topic)).allTopicNames())
        .get(topic)
        .partitions()
        .forEach(p -> led.merge(p.leader().id(), 1, Integer::sum));
    int id = led.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    return nodes.get(id - 1);
  }

  public KafkaNode node(int index) {
    return nodes.get(index);
  }

  /** Until every node has every record: then any one of them can be spared. */
  void awaitInSync(String topic) {
    await("all replicas of " + topic + " are in sync")
        .pollInterval(Duration.ofMillis(200))
        .until(
            () ->
                get(admin.describeTopics(List.of(topic)).allTopicNames())
                    .get(topic)
                    .partitions()
                    .stream()
                    .allMatch(p -> p.isr().size() == NODES));
  }

  void killAll() {
    nodes.forEach(KafkaNode::kill);
  }

  public void startAll() {
    nodes.stream().filter(n -> !n.isAlive()).forEach(KafkaNode::start);
    awaitNodes(NODES);
  }

  /** Three replicas, of which two must have a record before it is acknowledged. */
  public void topic(String name, int partitions) {
    topic(name, partitions, Map.of());
  }

  public void topic(String name, int partitions, Map<String, String> config) {
    get(
        admin
            .createTopics(List.of(new NewTopic(name, partitions, (short) 3).configs(config)))
            .all());
  }

  /** Every record of a topic, in the order of its partitions. */
  public List<ConsumerRecord<String, String>> read(String topic) {
    Map<String, Object> config =
        Map.of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            brokers(),
            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
            "read_committed");
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList();
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      List<ConsumerRecord<String, String>> records = new ArrayList<>();
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(200)).forEach(records::add);
      }
      return records;
    }
  }

  /** How many records a topic has. */
  public long size(String topic) {
    return ends(topic).values().stream().mapToLong(Long::longValue).sum();
  }

  private Map<TopicPartition, Long> ends(String topic) {
    Map<String, Object> config = Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, brokers());
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
      return consumer.endOffsets(
          consumer.partitionsFor(topic).stream()
              .map(p -> new TopicPartition(topic, p.partition()))
              .toList());
    }
  }

  /** A member of a group, from the beginning of what it reads. */
  KafkaConsumer<String, String> consumer(String group) {
    return new KafkaConsumer<>(
        Map.<String, Object>of(
            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
            brokers(),
            ConsumerConfig.GROUP_ID_CONFIG,
            group,
            ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
            "earliest"),
        new StringDeserializer(),
        new StringDeserializer());
  }

  public KafkaProducer<String, String> producer() {
    return new KafkaProducer<>(
        Map.<String, Object>of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            brokers(),
            ProducerConfig.ACKS_CONFIG,
            "all",
            ProducerConfig.LINGER_MS_CONFIG,
            5),
        new StringSerializer(),
        new StringSerializer());
  }

  /** What a group has committed, of all partitions of a topic together. */
  public long committed(String group, String topic) {
    return get(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
        .entrySet()
        .stream()
        .filter(e -> e.getKey().topic().equals(topic) && e.getValue() != null)
        .mapToLong(e -> e.getValue().offset())
        .sum();
  }

  /** The members of a group that have partitions. */
  List<String> members(String group) {
    return get(admin.describeConsumerGroups(List.of(group)).all()).get(group).members().stream()
        .filter(m -> !m.assignment().topicPartitions().isEmpty())
        .map(m -> m.consumerId())
        .toList();
  }

  void awaitCommitted(String group, String topic) {
    await(group + " is done with " + topic)
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(() -> assertThat(committed(group, topic)).isEqualTo(size(topic)));
  }

  private static <T> T get(org.apache.kafka.common.KafkaFuture<T> future) {
    try {
      return future.get(5, TimeUnit.MINUTES);
    } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
