package org.intergov.outbound.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.intergov.outbound.acceptance.Api;

/** Hands messages in by every way there is, and notes what is answered. */
final class Load implements AutoCloseable {
  private static final int NDJSON = 40;

  private final Estate estate;
  private final History history;
  private final Random random;
  private final List<String> receivers;
  private final AtomicLong made = new AtomicLong();
  private final Queue<Message> earlier = new ConcurrentLinkedQueue<>();
  private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(12);
  private final List<Future<?>> running = new ArrayList<>();
  private final KafkaProducer<String, String> producer;
  private volatile boolean stopped;

  /** A message to hand in. */
  private record Message(
      String ref, String receiver, String subject, String obj, String predicate) {
    String content() {
      return Content.of("AU", receiver, subject, obj, predicate);
    }

    String json() {
      ObjectNode node = JsonNodeFactory.instance.objectNode();
      node.put("sender", "AU").put("receiver", receiver).put("subject", subject).put("obj", obj);
      return node.put("predicate", predicate).put("sender_ref", ref).toString();
    }

    Message other() {
      return new Message(ref, receiver, subject, obj + "-other", predicate);
    }
  }

  Load(Estate estate, History history, Plan plan) {
    this.estate = estate;
    this.history = history;
    this.random = new Random(plan.seed() + 1);
    this.receivers = estate.receivers();
    this.producer = estate.kafka.producer();
    int each = plan.perSecond();
    // three tenths one by one, four in batches, three by SQL and queues
    for (int i = 0; i < 3; i++) {
      every(10_000 / each, this::one);
    }
    every(NDJSON * 2_500 / each, this::batch);
    every(5 * 10_000 / each, this::rows);
    every(5 * 10_000 / each, this::queued);
    every(5 * 10_000 / each, this::record);
    for (int i = 0; i < 3; i++) {
      String subject = "AU.order-" + i;
      running.add(threads.submit(() -> inTurn(subject)));
    }
  }

  private void every(long millis, Runnable work) {
    running.add(
        threads.scheduleWithFixedDelay(
            () -> {
              if (!stopped) {
                work.run();
              }
            },
            millis,
            millis,
            TimeUnit.MILLISECONDS));
  }

  private synchronized Message next() {
    long n = made.incrementAndGet();
    String receiver =
        random.nextInt(50) == 0 ? "CH" : receivers.get(random.nextInt(receivers.size()));
    return new Message(
        "c" + n,
        receiver,
        "AU.s" + random.nextInt(2_000),
        "urn:chaos:" + n,
        "UN.CEFACT.Trade.created");
  }

  private void submitting(Message m, String via, Object turn) {
    history.note(
        Kind.SUBMIT,
        m.ref(),
        "via",
        via,
        "receiver",
        m.receiver(),
        "subject",
        m.subject(),
        "content",
        m.content(),
        "turn",
        turn);
  }

  private void answered(Message m, String via, Object status, String names) {
    history.note(
        Kind.ANSWER, m.ref(), "via", via, "status", status, "content", m.content(), "names", names);
  }

  private Api api() {
    List<Estate.Replica> replicas = estate.replicas();
    return replicas.get(random.nextInt(replicas.size())).process().api();
  }

  private void one() {
    int kind = random.nextInt(100);
    Message old = kind < 4 ? earlier.poll() : null;
    if (old != null) {
      insist(kind == 0 ? old.other() : old, null);
      return;
    }
    Message m = next();
    insist(m, null);
    if (random.nextInt(20) == 0) {
      earlier.add(m);
    }
  }

  /** The messages of a subject, each only once the one before has been taken. */
  private void inTurn(String subject) {
    for (long turn = 1; !stopped; turn++) {
      Message m =
          new Message(
              "c" + made.incrementAndGet(), "FJ", subject, "urn:chaos:t" + turn, "UN.CEFACT");
      if (!insist(m, turn)) {
        return;
      }
      Pause.millis(300);
    }
  }

  /** Hands it in until it is taken or refused; whether it was. */
  private boolean insist(Message m, Object turn) {
    submitting(m, "rest", turn);
    while (!stopped) {
      try {
        Api.Answer answer = api().post(m.json());
        answered(m, "rest", answer.status(), names(answer));
        if (answer.status() != 503 && answer.status() != 500 && answer.status() != 429) {
          return true;
        }
      } catch (RuntimeException e) {
        answered(m, "rest", "none", null);
      }
      Pause.millis(200);
    }
    return false;
  }

  private static String names(Api.Answer answer) {
    if (answer.status() != 200 && answer.status() != 201) {
      return null;
    }
    return answer.json().path("reference").asText();
  }

  private void batch() {
    List<Message> all = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < NDJSON; i++) {
      Message m = next();
      all.add(m);
      submitting(m, "ndjson", null);
      lines.append(m.json()).append('\n');
    }
    try {
      Api.Answer answer =
          api().post("application/x-ndjson", lines.toString().getBytes(StandardCharsets.UTF_8));
      List<JsonNode> said = answer.status() == 200 ? answer.lines() : List.of();
      for (int i = 0; i < all.size(); i++) {
        String status = i < said.size() ? said.get(i).path("status").asText() : "none";
        boolean taken = status.equals("200") || status.equals("201");
        answered(
            all.get(i), "ndjson", status, taken ? said.get(i).path("reference").asText() : null);
      }
    } catch (RuntimeException e) {
      all.forEach(m -> answered(m, "ndjson", "none", null));
    }
  }

  /** Five rows in a transaction, as another system would insert them. */
  private void rows() {
    List<Message> all = new ArrayList<>();
    String end = "none";
    try (Connection c = estate.database();
        PreparedStatement s =
            c.prepareStatement(
                "INSERT INTO intergov.delivery_outbox (sender, sender_ref, receiver, subject, obj,"
                    + " predicate) VALUES ('AU', ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")) {
      c.setAutoCommit(false);
      for (int i = 0; i < 5; i++) {
        Message m = next();
        all.add(m);
        submitting(m, "sql", null);
        s.setString(1, m.ref());
        s.setString(2, m.receiver());
        s.setString(3, m.subject());
        s.setString(4, m.obj());
        s.setString(5, m.predicate());
        s.addBatch();
      }
      s.executeBatch();
      c.commit();
      end = "201";
    } catch (SQLException | AssertionError e) {
      // whether it is stored is not known; the driver asserts that broken connections answer
    }
    for (Message m : all) {
      answered(m, "sql", end, null);
    }
  }

  private void queued() {
    List<Message> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Message m = next();
      all.add(m);
      submitting(m, "sqs", null);
    }
    try {
      estate.queues.send(Estate.INTAKE, all.stream().map(Message::json).toList());
      all.forEach(m -> answered(m, "sqs", "201", null));
    } catch (RuntimeException e) {
      all.forEach(m -> answered(m, "sqs", "none", null));
    }
  }

  private void record() {
    for (int i = 0; i < 5; i++) {
      Message m = next();
      submitting(m, "kafka", null);
      producer.send(
          new ProducerRecord<>(estate.topic("in"), m.subject(), m.json()),
          (at, failure) -> answered(m, "kafka", failure == null ? "201" : "none", null));
    }
  }

  /** Whatever ended a thread of the load; nothing may. */
  List<String> failures() {
    List<String> failures = new ArrayList<>();
    for (Future<?> f : running) {
      if (f.isDone() && !f.isCancelled()) {
        try {
          f.get();
        } catch (java.util.concurrent.ExecutionException e) {
          failures.add(String.valueOf(e.getCause()));
        } catch (InterruptedException e) {
          throw new IllegalStateException(e);
        }
      }
    }
    return failures;
  }

  void stop() {
    stopped = true;
    threads.shutdown();
    try {
      threads.awaitTermination(2, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    producer.close();
  }

  @Override
  public void close() {
    if (!stopped) {
      stop();
    }
  }
}
