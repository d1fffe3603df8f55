package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Operators pause, resume, replay and resolve, several at once and without looking what the others
 * do, while messages come in and gateways are killed.
 */
@Tag("thorough")
@Execution(ExecutionMode.CONCURRENT)
class OperatorsIT {
  private static final PostgresServer POSTGRES = PostgresServer.shared();
  private static final String NAME = "operators";
  private static final List<String> LANES = List.of("sg-keys", "gb-once");
  private static final List<String> ENDS = List.of("accepted", "rejected");
  private static final int KILLS = 2;
  private static final int BETWEEN = 120;

  /** What an operator's request may be answered: done, or not possible any more. */
  private static final Set<Integer> FIT = Set.of(200, 202, 404, 409, 503);

  private final TestChannel keys = new TestChannel();
  private final TestChannel once = new TestChannel();

  @RegisterExtension
  final GatewayExtension gateways =
      GatewayExtension.named("operators")
          .replicas("a", "b")
          .with(keys, once)
          .database(() -> POSTGRES.createEmpty(NAME))
          .channels(
              """
              defaults:
                timeout: 2s
                circuit: off
                retry: { attempts: 30, first-delay: 100ms, factor: 1 }
                poll: { first-after: 100ms, every: 1s }
              channels:
                - id: sg-keys
                  match: { receiver: SG }
                  kind: http
                  parameters: { url: "%s" }
                - id: gb-once
                  match: { receiver: GB }
                  kind: http
                  on-unknown: hold
                  parameters: { url: "%s" }
              """
                  .formatted(keys.url(), once.url()));

  @Test
  void every_message_ends_once_for_each_time_it_is_sent_and_is_repeated_only_as_the_journal_says() {
    GatewayProcess a = gateways.process("a");
    GatewayProcess b = gateways.process("b");
    Set<String> seen = ConcurrentHashMap.newKeySet();
    keys.otherwise(post -> fault(post, seen.add(post.key())));
    once.otherwise(post -> fault(post, seen.add(post.key())));
    Set<Sent> stored;
    AtomicInteger asked = new AtomicInteger();
    try (Operators operators = new Operators(3, a.api());
        Clients clients =
            Clients.thatInsist(
                4,
                () -> asked.incrementAndGet() % 2 == 0 ? a.api() : b.api(),
                n -> Sent.to(n % 2 == 0 ? "SG" : "GB", "operated-" + n))) {
      for (int kill = 1; kill <= KILLS; kill++) {
        clients.awaitMore(BETWEEN);
        b.kill9();
        b.launch();
      }
      clients.awaitMore(BETWEEN);
      stored = clients.stop();
      operators.stop();
    }
    LANES.forEach(lane -> call(a.api(), "/channels/" + lane + "/resume"));
    await("all have ended, with one operator who decides what is held")
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () -> {
              held(a.api()).forEach(reference -> resolve(a.api(), reference, true));
              assertThat(unfinished()).isEmpty();
            });

    Map<String, List<String>> journals = journals();
    assertThat(journals).containsKeys(stored.stream().map(Sent::reference).toArray(String[]::new));
    assertThat(moreThanExplained(keys, journals)).isEmpty();
    assertThat(moreThanExplained(once, journals)).isEmpty();
    assertThat(POSTGRES.journal(NAME)).containsKeys("held", "rejected", "replayed", "resolved");
    assertThat(keys.duplicates()).as("one key, two deliveries").isEmpty();
    journals.values().removeIf(OperatorsIT::endsOnceForEachReplay);
    assertThat(journals).as("end more often, or less often, than they are sent").isEmpty();
  }

  /** Whether each end is followed by nothing, or by a replay, after which it ends once more. */
  private static boolean endsOnceForEachReplay(List<String> events) {
    boolean ended = false;
    for (String event : events) {
      if (ENDS.contains(event)) {
        if (ended) {
          return false;
        }
        ended = true;
      } else if (event.equals("replayed")) {
        ended = false;
      }
    }
    return ended;
  }

  /** Posts after the first that neither {@code possible_duplicate} nor a replay announces. */
  private static List<String> moreThanExplained(
      TestChannel channel, Map<String, List<String>> journals) {
    Map<String, Long> posts = new TreeMap<>();
    channel
        .postsByKey()
        .forEach((key, times) -> posts.merge(key.replaceFirst("#[0-9]+$", ""), times, Long::sum));
    List<String> unexplained = new ArrayList<>();
    posts.forEach(
        (reference, times) -> {
          List<String> events = journals.getOrDefault(reference, List.of());
          // a held one that is sent again has both words, and goes once
          String once = String.join(",", events).replace("replayed,possible_duplicate", "replayed");
          long explained =
              Stream.of(once.split(","))
                  .filter(e -> e.equals("possible_duplicate") || e.equals("replayed"))
                  .count();
          if (times > 1 + explained) {
            unexplained.add(reference + " posted " + times + " times: " + events);
          }
        });
    return unexplained;
  }

  private static Map<String, List<String>> journals() {
    Map<String, List<String>> journals = new TreeMap<>();
    POSTGRES
        .counts(
            NAME,
            "SELECT sender || ':' || sender_ref || ' ' || string_agg(event, ' ' ORDER BY seq), 1"
                + " FROM intergov.delivery_status GROUP BY sender, sender_ref")
        .keySet()
        .forEach(
            line -> {
              List<String> words = List.of(line.split(" "));
              journals.put(words.get(0), words.subList(1, words.size()));
            });
    return journals;
  }

  private static Map<String, Long> unfinished() {
    return POSTGRES.counts(
        NAME,
        """
        SELECT o.status || ', lake ' || coalesce(l.status, 'without it'), count(*)
        FROM intergov.delivery_outbox o
        LEFT JOIN intergov.message_lake l USING (sender, sender_ref)
        WHERE o.status NOT IN ('accepted', 'rejected') OR l.status IS DISTINCT FROM o.status
          OR EXISTS (SELECT FROM intergov.message_updates u WHERE u.message_id = o.id)
          OR EXISTS (SELECT FROM intergov.rejected_messages r WHERE r.message_id = o.id)
        GROUP BY 1
        """);
  }

  /** On the first post of a key: a fifth is refused, a fifth is taken without an answer. */
  private static Reply fault(TestChannel.Post post, boolean isFirst) {
    String subject = post.subject();
    int number = Integer.parseInt(subject.substring(subject.lastIndexOf('-') + 1));
    int kind = number / 2 % 5;
    boolean again = post.key().contains("#");
    if (kind == 0 && !again) {
      return Reply.status(422);
    }
    return kind == 1 && isFirst ? Reply.storeThenReset() : Reply.accept();
  }

  private static List<String> held(Api api) {
    return api.get("/messages?status=held&limit=200").json().findValuesAsText("reference");
  }

  private static int resolve(Api api, String reference, boolean delivered) {
    String body = "{\"delivered\": " + delivered + ", \"reason\": \"as they say\"}";
    return api.call(
            "POST",
            "/messages/" + reference + "/resolve",
            "application/json",
            body.getBytes(StandardCharsets.UTF_8))
        .status();
  }

  private static int call(Api api, String path) {
    return api.call("POST", path, null, null).status();
  }

  /** Operators at work, until they are stopped; each does what comes to its mind. */
  private static final class Operators implements AutoCloseable {
    private static final Duration REST = Duration.ofMillis(20);

    private final ExecutorService threads;
    private final Api api;
    private final Queue<String> odd = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    Operators(int count, Api api) {
      this.api = api;
      this.threads = Executors.newFixedThreadPool(count);
      for (int i = 0; i < count; i++) {
        Random mind = new Random(i);
        threads.execute(() -> work(mind));
      }
    }

    private void work(Random mind) {
      while (!stopped) {
        try {
          act(mind);
        } catch (UncheckedIOException e) {
          odd.add(e.toString());
        }
        LockSupport.parkNanos(REST.toNanos());
      }
    }

    private void act(Random mind) {
      String lane = LANES.get(mind.nextInt(LANES.size()));
      switch (mind.nextInt(8)) {
        case 0 -> done("pause", call(api, "/channels/" + lane + "/pause?reason=lunch"));
        case 1, 2, 3 -> done("resume", call(api, "/channels/" + lane + "/resume"));
        case 4, 5 -> stuck(mind, "rejected", r -> call(api, "/messages/" + r + "/replay"));
        case 6 -> stuck(mind, "held", r -> call(api, "/messages/" + r + "/replay"));
        default -> stuck(mind, "held", r -> resolve(api, r, mind.nextBoolean()));
      }
    }

    private void stuck(Random mind, String status, ToIntFunction<String> act) {
      JsonNode page = api.get("/messages?limit=50&status=" + status).json();
      List<String> references = page.findValuesAsText("reference");
      if (!references.isEmpty()) {
        String reference = references.get(mind.nextInt(references.size()));
        done(status + " " + reference, act.applyAsInt(reference));
      }
    }

    private void done(String what, int status) {
      if (!FIT.contains(status)) {
        odd.add(what + ": " + status);
      }
    }

    void stop() {
      close();
      assertThat(List.copyOf(odd)).as("answers that do not fit what was asked").isEmpty();
    }

    @Override
    public void close() {
      stopped = true;
      threads.shutdown();
      try {
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
