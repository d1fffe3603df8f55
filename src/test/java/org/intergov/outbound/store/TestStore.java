package org.intergov.outbound.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.intergov.outbound.delivery.Delivery;
import org.intergov.outbound.delivery.Event;
import org.intergov.outbound.delivery.JournalEntry;
import org.intergov.outbound.delivery.LakePatch;
import org.intergov.outbound.delivery.OutboxStatus;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.Reason;
import org.intergov.outbound.delivery.Rejection;
import org.intergov.outbound.delivery.Settlement;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.delivery.StatusRules;
import org.intergov.outbound.message.Message;
import org.intergov.outbound.postgres.EmbeddedDatabase;
import org.intergov.outbound.postgres.PostgresProcesses;
import org.intergov.outbound.postgres.ReadyCluster;
import org.intergov.outbound.store.ChannelPending.CheckSlots;
import org.intergov.outbound.store.DeliveryOutbox.LaneSlots;
import org.intergov.outbound.store.Submissions.Submission;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.Migrations;
import org.intergov.outbound.store.receipts.ChannelReceipts;
import org.intergov.outbound.store.views.MessageViews;

/**
 * A real PostgreSQL with the gateway's tables, and what tests do to it. One for each test class.
 */
public final class TestStore implements AutoCloseable {
  public static final Path BINARIES = Path.of("target", "postgres");

  /** A channel that is asked to call back about its deliveries. */
  static final String CALLS_BACK = "calls-back";

  public static final Duration LEASE = Duration.ofMinutes(1);

  private final Path dataDir;
  private final Path lakeDir;
  private final EmbeddedDatabase server;
  private final EmbeddedDatabase lakeServer;
  public final Database outboxDatabase;
  public final Database lakeDatabase;
  final String lakeUrl;
  private final LakeLookup lookup;
  public final DeliveryOutbox outbox;
  public final Submissions submissions;
  public final Settlements settlements;
  public final ChannelPending pending;
  final ChannelSubscriptions subscriptions;
  public final MessageUpdates updates;
  final RejectedMessages rejected;
  public final OperatorActions actions;
  public final ChannelReceipts receipts;
  final ChannelStates channels;
  public final OrderedLanes ordered;
  final ShutLanes shut;
  public final DeliveryStatusJournal journal;
  public final MessageViews views;
  final LakeStatement<MessageUpdates.Job> updating;
  final LakeStatement<RejectedMessages.Job> rejecting;

  /** Where the lake is. */
  private enum Lake {
    HERE,
    OTHER_DATABASE,
    OTHER_SERVER
  }

  private TestStore(Lake lake) {
    dataDir = directory();
    lakeDir = directory();
    boolean separateLake = lake != Lake.HERE;
    server = server(dataDir, !separateLake);
    lakeServer = lake == Lake.OTHER_SERVER ? server(lakeDir, false) : server;
    outboxDatabase = connect("outbox", server.jdbcUrl());
    lakeUrl =
        lake == Lake.OTHER_DATABASE
            ? server.jdbcUrl().replaceAll("/[a-z]+$", "/lake")
            : lakeServer.jdbcUrl();
    if (lake == Lake.OTHER_DATABASE) {
      run(outboxDatabase, "CREATE DATABASE lake");
    }
    lakeDatabase = separateLake ? connect("lake", lakeUrl) : outboxDatabase;
    Migrations.migrate(outboxDatabase, lakeDatabase);
    outbox = new DeliveryOutbox(outboxDatabase, !separateLake);
    lookup = separateLake ? LakeLookup.connect(lakeUrl, username(), lakePassword(), 5) : null;
    submissions = new Submissions(outboxDatabase, outbox, lookup, Duration.ofDays(7));
    settlements = new Settlements(outboxDatabase, CALLS_BACK::equals, FlowListener.NONE);
    subscriptions = new ChannelSubscriptions(outboxDatabase);
    pending = new ChannelPending(outboxDatabase);
    updates = new MessageUpdates(outboxDatabase, lakeDatabase, FlowListener.NONE);
    updating = LakeStatement.of("message-updater", lakeDatabase.dataSource());
    rejected = new RejectedMessages(outboxDatabase, lakeDatabase);
    rejecting = LakeStatement.of("rejected-message-processor", lakeDatabase.dataSource());
    actions = new OperatorActions(outboxDatabase, Duration.ofDays(7), FlowListener.NONE);
    receipts = new ChannelReceipts(outboxDatabase, FlowListener.NONE);
    channels = new ChannelStates(outboxDatabase);
    ordered = new OrderedLanes(outboxDatabase, outbox);
    shut = new ShutLanes(outboxDatabase, outbox);
    journal = new DeliveryStatusJournal(outboxDatabase);
    views = new MessageViews(outboxDatabase, lakeDatabase);
  }

  public static TestStore start() {
    return new TestStore(Lake.HERE);
  }

  public static TestStore startWithSeparateLake() {
    return new TestStore(Lake.OTHER_DATABASE);
  }

  /** The lake's server may be stopped, frozen and what else without touching the outbox's. */
  public static TestStore startWithLakeServer() {
    return new TestStore(Lake.OTHER_SERVER);
  }

  private static Path directory() {
    try {
      return Files.createTempDirectory("store");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EmbeddedDatabase server(Path directory, boolean migrated) {
    if (migrated) {
      ReadyCluster.copyMigrated(directory);
    } else {
      ReadyCluster.copyEmpty(directory);
    }
    return EmbeddedDatabase.start(directory, BINARIES);
  }

  /** A pool of its own, as another replica has one. */
  public Database connect(String name, String url) {
    String password = url.equals(lakeUrl) ? lakePassword() : password();
    return Database.connect(name, url, username(), password, 25);
  }

  public String url() {
    return server.jdbcUrl();
  }

  public String username() {
    return server.username();
  }

  public String password() {
    return server.password();
  }

  String lakePassword() {
    return lakeServer.password();
  }

  int lakePort() {
    return lakeServer.port();
  }

  /** The lake's own server answers nobody until {@link #thawLake}. */
  void freezeLake() {
    PostgresProcesses.of(lakeServer).freeze();
  }

  void thawLake() {
    PostgresProcesses.of(lakeServer).thaw();
  }

  /** The server's own log. */
  Path serverLog() {
    return dataDir.resolve("postgres.log");
  }

  /** Empties every table. */
  public void clear() {
    run(
        outboxDatabase,
        "TRUNCATE delivery_outbox, channel_pending, channel_subscription, message_updates,"
            + " rejected_messages, delivery_status, channel_state, channel_receipts,"
            + " delivery_outbox_archive,"
            + " delivery_status_archive");
    run(lakeDatabase, "TRUNCATE message_lake");
  }

  public void run(String sql) {
    run(outboxDatabase, sql);
  }

  public static void run(Database database, String sql) {
    database.statement(
        connection -> {
          try (Statement s = connection.createStatement()) {
            return s.execute(sql);
          }
        });
  }

  /** The first column of every row, as text. */
  public List<String> ask(String sql) {
    return ask(outboxDatabase, sql);
  }

  public static List<String> ask(Database database, String sql) {
    return database.statement(
        connection -> {
          try (PreparedStatement s = connection.prepareStatement(sql);
              ResultSet r = s.executeQuery()) {
            List<String> found = new ArrayList<>();
            while (r.next()) {
              found.add(r.getString(1));
            }
            return found;
          }
        });
  }

  public static Message message(String reference) {
    return message(reference, "AU.abn1.x");
  }

  public static Message message(String reference, String subject) {
    return new Message("AU", reference, "SG", subject, "QmHash", "UN.CEFACT.Trade.created");
  }

  public static List<Submission> submissions(String channelId, String prefix, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> new Submission(message(prefix + i), channelId))
        .toList();
  }

  public void submit(String channelId, String... references) {
    submissions.store(
        Stream.of(references).map(r -> new Submission(message(r), channelId)).toList());
  }

  public List<Delivery> claim(String lane, int slots) {
    return outbox.claim(List.of(new LaneSlots(lane, slots, LEASE)), UUID.randomUUID());
  }

  /** As a channel that took it: accepted, followed from now on. */
  public static Settlement posted(Delivery d, String txnId, boolean confirmed) {
    LakePatch patch =
        confirmed
            ? LakePatch.accepted(d.channelId(), txnId)
            : LakePatch.pending(d.channelId(), txnId);
    return new Settlement(
        d,
        OutboxStatus.ACCEPTED,
        d.channelId(),
        d.refusedBy(),
        d.generation(),
        d.attempts() + 1,
        d.unknowns(),
        Duration.ZERO,
        null,
        new Settlement.Follow(txnId, confirmed, Duration.ZERO),
        List.of(patch),
        null,
        List.of(new JournalEntry(Event.POSTED, d.channelId(), txnId, d.attempts() + 1, null)));
  }

  /** As one that every channel refused. */
  public static Settlement refused(Delivery d) {
    return new Settlement(
        d,
        OutboxStatus.REJECTED,
        d.channelId(),
        List.of(d.channelId()),
        d.generation(),
        d.attempts() + 1,
        d.unknowns(),
        Duration.ZERO,
        "answered 400",
        null,
        List.of(),
        new Rejection(Reason.REFUSED, "answered 400", d.channelId(), null),
        List.of(new JournalEntry(Event.REFUSED, d.channelId(), null, 1, "answered 400")));
  }

  /** Back to its lane, to be claimed again after {@code delay}. */
  public static Settlement again(Delivery d, Duration delay) {
    return new Settlement(
        d,
        OutboxStatus.PENDING,
        d.channelId(),
        d.refusedBy(),
        d.generation(),
        d.attempts() + 1,
        d.unknowns() + 1,
        delay,
        "no whole answer",
        null,
        List.of(),
        null,
        List.of(new JournalEntry(Event.UNKNOWN, d.channelId(), null, 1, "no whole answer")));
  }

  /** Claims one message and settles it as posted; the lake has not heard of it yet. */
  public Delivery deliver(String channelId, String reference, String txnId) {
    submit(channelId, reference);
    Delivery d = claim(channelId, 1).get(0);
    settlements.deliveries(List.of(posted(d, txnId, false)));
    return d;
  }

  /** The one delivery of a channel, about which the channel is being asked. */
  PendingDelivery asked(String channelId) {
    makeDue("channel_pending");
    CheckSlots one =
        new CheckSlots(
            channelId, 1, Duration.ofSeconds(30), LEASE, Duration.ofHours(1), Duration.ofDays(7));
    return pending.claim(List.of(one), List.of(), UUID.randomUUID()).get(0);
  }

  /** What a channel says of its one delivery when it is asked. */
  void told(StatusRules rules, String channelId, StatusAnswer answer) {
    rules.settle(asked(channelId), answer).ifPresent(s -> settlements.pending(List.of(s)));
  }

  /** Events of a message, in order. */
  public List<String> events(String reference) {
    return ask(
        "SELECT event FROM delivery_status WHERE sender_ref = '" + reference + "' ORDER BY seq");
  }

  public String lake(String reference, String column) {
    return ask(
            lakeDatabase,
            "SELECT " + column + " FROM message_lake WHERE sender_ref = '" + reference + "'")
        .get(0);
  }

  public String outbox(String reference, String column) {
    return ask("SELECT " + column + " FROM delivery_outbox WHERE sender_ref = '" + reference + "'")
        .get(0);
  }

  /** What a router claims from. */
  public LaneStores lanes() {
    return new LaneStores(outbox, ordered, shut, channels);
  }

  /** Applies updates as the message updater does, until none is due. */
  public void applyUpdates() {
    while (applyDue(500) > 0) {
      // there may be more
    }
  }

  /** Applies due updates as the message updater does; see {@link LakeQueue#applyDue}. */
  int applyDue(int most) {
    return updates.applyDue(most, updating);
  }

  /** Applies claimed updates as the message updater does; see {@link LakeQueue#apply}. */
  public void apply(List<MessageUpdates.Job> claimed) {
    updates.apply(claimed, updating);
  }

  /** Claims updates as another replica's message updater does. */
  public List<MessageUpdates.Job> claimUpdates(int most) {
    return updates.claim(most);
  }

  /** Applies rejections until none is due. */
  public void applyRejections() {
    while (rejected.applyDue(500, rejecting) > 0) {
      // there may be more
    }
  }

  /** Makes everything in a queue due now. */
  public void makeDue(String table) {
    run(
        "UPDATE "
            + table
            + " SET due_at = now() - interval '1 second', locked_until = now() - interval '1 second'");
  }

  @Override
  public void close() {
    if (lookup != null) {
      lookup.close();
      lakeDatabase.close();
    }
    outboxDatabase.close();
    server.close();
    if (lakeServer != server) {
      lakeServer.close();
    }
    delete(dataDir);
    delete(lakeDir);
  }

  private static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the same on many threads at once; an exception of one fails the caller. */
  public static <T> List<T> atOnce(List<java.util.concurrent.Callable<T>> tasks) throws Exception {
    var barrier = new java.util.concurrent.CyclicBarrier(tasks.size());
    var threads = java.util.concurrent.Executors.newFixedThreadPool(tasks.size());
    try {
      List<java.util.concurrent.Future<T>> running = new ArrayList<>();
      for (var task : tasks) {
        running.add(
            threads.submit(
                () -> {
                  barrier.await();
                  return task.call();
                }));
      }
      List<T> results = new ArrayList<>();
      for (var one : running) {
        results.add(one.get(60, java.util.concurrent.TimeUnit.SECONDS));
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }
}
