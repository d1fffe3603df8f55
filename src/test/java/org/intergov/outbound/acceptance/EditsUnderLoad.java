package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.intergov.outbound.config.file.Fingerprint;

/**
 * Edits channels.yaml many times, a third of the edits broken, while messages come in at a steady
 * rate; then says what became of them, and what is left in the gateway.
 */
final class EditsUnderLoad {
  private static final String TABLE = "org.intergov.outbound:type=RoutingTable";
  private final GatewayProcess gateway;
  private final EditedChannels channels;
  private final Path file;
  private final Random random = new Random(20_260_101);
  private final List<InForce> history = new ArrayList<>();
  private final Map<String, Submitted> submitted = new ConcurrentHashMap<>();
  private final AtomicInteger broken = new AtomicInteger();

  /** A good edit: from just before it was written until it was certainly in force. */
  private record InForce(EditedTable table, long writtenNanos, long inForceNanos) {}

  /** A message, and when it was about to be submitted. */
  private record Submitted(String receiver, long beforeNanos) {}

  EditsUnderLoad(GatewayProcess gateway, EditedChannels channels, Path file) {
    this.gateway = gateway;
    this.channels = channels;
    this.file = file;
    EditedTable first = EditedTable.complete(0);
    GatewayProcess.write(file, first.yaml(channels.url()));
    history.add(new InForce(first, System.nanoTime(), System.nanoTime()));
  }

  /** Edits so many times under so many messages a second. */
  void run(Jmx jmx, int edits, int rate) {
    ScheduledExecutorService load = Executors.newSingleThreadScheduledExecutor();
    AtomicInteger batch = new AtomicInteger(submitted.size());
    Future<?> submitting =
        load.scheduleAtFixedRate(
            () -> submit(batch.incrementAndGet(), rate / 10), 0, 100, TimeUnit.MILLISECONDS);
    try {
      int from = history.get(history.size() - 1).table().number() + 1;
      for (int edit = from; edit < from + edits; edit++) {
        assertThat(submitting.isDone()).as("messages are submitted").isFalse();
        edit(jmx, edit);
      }
    } finally {
      load.shutdown();
    }
    assertThat(terminated(load)).isTrue();
  }

  private static boolean terminated(ScheduledExecutorService load) {
    try {
      return load.awaitTermination(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void submit(int batch, int count) {
    List<Sent> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String receiver = EditedTable.RECEIVERS.get((batch + i) % EditedTable.RECEIVERS.size());
      messages.add(Sent.to(receiver, "edits-" + batch + "-" + i));
    }
    long now = System.nanoTime();
    messages.forEach(m -> submitted.put(m.subject(), new Submitted(m.receiver(), now)));
    gateway.api().submit(messages);
  }

  private void edit(Jmx jmx, int edit) {
    EditedTable table = history.get(history.size() - 1).table().next(edit, random);
    if (edit % 3 == 0) {
      broken.incrementAndGet();
      write(table.broken(channels.url(), random), edit);
      if (isAskedFor(edit)) {
        assertThat(reload().status()).isEqualTo(422);
      } else {
        awaitTable(() -> !jmx.attribute(TABLE, "LastError").equals(""));
      }
    } else {
      long before = System.nanoTime();
      write(table.yaml(channels.url()), edit);
      if (isAskedFor(edit)) {
        Api.Answer answer = reload();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
      } else {
        String version = Fingerprint.of(file);
        awaitTable(() -> jmx.attribute(TABLE, "Version").equals(version));
      }
      history.add(new InForce(table, before, System.nanoTime()));
    }
  }

  /** Over REST; otherwise the gateway must notice by itself. */
  private static boolean isAskedFor(int edit) {
    return edit % 5 > 1;
  }

  private Api.Answer reload() {
    return gateway.api().call("POST", "/channels/reload", null, null);
  }

  private static void awaitTable(java.util.concurrent.Callable<Boolean> condition) {
    await().pollInterval(Duration.ofMillis(20)).until(condition);
  }

  private void write(String yaml, int edit) {
    try {
      if (edit % 2 == 0) {
        Files.writeString(file, yaml);
      } else {
        Path other = Files.writeString(file.resolveSibling("edit.yaml"), yaml);
        Files.move(
            other, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts every channel back, so that whatever they have taken is confirmed. */
  void complete() {
    int edit = history.get(history.size() - 1).table().number() + 1;
    EditedTable table = EditedTable.complete(edit);
    long before = System.nanoTime();
    write(table.yaml(channels.url()), edit);
    assertThat(reload().status()).isEqualTo(200);
    history.add(new InForce(table, before, System.nanoTime()));
  }

  int messages() {
    return submitted.size();
  }

  int good() {
    return history.size() - 1;
  }

  int broken() {
    return broken.get();
  }

  /** Routes that the channels of the table in force have. */
  int channelRoutes() {
    return 2 * history.get(history.size() - 1).table().channels();
  }

  /** Messages that were posted more often than once. */
  Set<String> repeated() {
    Set<String> seen = new HashSet<>();
    Set<String> repeated = new HashSet<>();
    for (EditedChannels.Post post : channels.posts()) {
      if (!seen.add(post.subject())) {
        repeated.add(post.subject());
      }
    }
    return repeated;
  }

  /**
   * Posts for which there is no table that was in force between submission and post and names this
   * channel, or none that gave the channel this address.
   *
   * @param shift how many good edits later the tables are taken to have been in force; 0: as it was
   */
  List<EditedChannels.Post> misrouted(int shift) {
    return channels.posts().stream().filter(p -> !isRight(p, shift)).toList();
  }

  private boolean isRight(EditedChannels.Post post, int shift) {
    Submitted message = submitted.get(post.subject());
    boolean carried = false;
    boolean addressed = false;
    for (int i = 0; i + shift < history.size(); i++) {
      long until = i + 1 < history.size() ? history.get(i + 1).inForceNanos() : Long.MAX_VALUE;
      boolean wasInForce =
          history.get(i).writtenNanos() <= post.atNanos() && until >= message.beforeNanos();
      if (wasInForce) {
        EditedTable table = history.get(i + shift).table();
        carried |= table.carrier(message.receiver()).equals(post.channel());
        addressed |= table.hasAddress(post.channel(), post.edit());
      }
    }
    return carried && addressed;
  }
}
