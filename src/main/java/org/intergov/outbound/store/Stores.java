package org.intergov.outbound.store;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import javax.sql.DataSource;
import org.intergov.outbound.postgres.EmbeddedDatabase;
import org.intergov.outbound.postgres.EmbeddedDatabaseException;
import org.intergov.outbound.store.database.CommitProof;
import org.intergov.outbound.store.database.Database;
import org.intergov.outbound.store.database.FlowRole;
import org.intergov.outbound.store.database.Migrations;
import org.intergov.outbound.store.database.ServerHistory;
import org.intergov.outbound.store.database.Standby;
import org.intergov.outbound.store.database.StoreException;
import org.intergov.outbound.store.receipts.ChannelReceipts;
import org.intergov.outbound.store.upkeep.LakeRebuild;
import org.intergov.outbound.store.upkeep.Retention;
import org.intergov.outbound.store.views.MessageViews;
import org.intergov.outbound.store.views.QueueDepths;
import org.intergov.outbound.store.views.QueueStates;

/** The databases, opened and migrated, and the classes of their tables. */
public final class Stores implements AutoCloseable {

  /** How to reach a database. */
  public record Login(String url, String username, String password) {
    @Override
    public String toString() {
      return url.replaceAll("\\?.*", ""); // it may hold a password
    }
  }

  /**
   * @param database empty: an embedded PostgreSQL under {@code dataDir}
   * @param migration who owns the tables of {@code database}; empty: the role of the flow
   * @param lake empty: in the same database
   */
  public record Settings(
      Path dataDir,
      Optional<Login> database,
      Optional<Login> migration,
      Optional<Login> lake,
      int connections,
      Standby standby,
      Duration expiresAfter) {}

  private static final int OWNER_CONNECTIONS = 2;
  private static final Duration INTAKE_PATIENCE = Duration.ofSeconds(3);

  private final EmbeddedDatabase embedded;
  private final Database outboxDatabase;
  private final Database lakeDatabase;

  /** For questions, which may take long: they take no connection from the flow. */
  private final Database outboxReads;

  private final Database lakeReads;

  /** Null: the lake is in the same database. */
  private final LakeLookup lookup;

  private final Duration expiresAfter;
  private final int connections;
  private final Optional<Login> migration;
  private final Login login;
  private Database owner;
  private Database patient;
  private final DeliveryOutbox outbox;
  private final Submissions submissions;

  private Stores(
      EmbeddedDatabase embedded, Database outbox, Database lake, Login login, Settings settings) {
    this.embedded = embedded;
    int reads = Math.max(2, settings.connections() / 4);
    this.outboxReads = connect("reads", login, reads);
    this.lakeReads = settings.lake().map(l -> connect("lake-reads", l, reads)).orElse(outboxReads);
    this.expiresAfter = settings.expiresAfter();
    this.connections = settings.connections();
    this.migration = settings.migration();
    this.login = login;
    this.outboxDatabase = outbox;
    this.lakeDatabase = lake;
    this.outbox = new DeliveryOutbox(outbox, outbox == lake);
    this.lookup =
        settings
            .lake()
            .map(l -> LakeLookup.connect(l.url(), l.username(), l.password(), intakesAtOnce()))
            .orElse(null);
    this.submissions = new Submissions(outbox, this.outbox, lookup, expiresAfter);
  }

  /**
   * Starts the embedded database if none is configured, connects, and migrates.
   *
   * @throws StoreException if a schema does not fit this version
   * @throws EmbeddedDatabaseException if the embedded database does not start
   */
  public static Stores open(Settings settings) {
    EmbeddedDatabase embedded =
        settings.database().isPresent() ? null : EmbeddedDatabase.start(settings.dataDir());
    Database outbox = null;
    Database lake = null;
    try {
      Login login =
          settings
              .database()
              .orElseGet(
                  () -> new Login(embedded.jdbcUrl(), embedded.username(), embedded.password()));
      outbox = connect("outbox", login, settings.connections());
      Database same = outbox;
      lake = settings.lake().map(l -> connect("lake", l, settings.connections())).orElse(same);
      migrate(settings, outbox, lake);
      outbox.check(new ServerHistory(settings.standby()));
      if (lake != outbox) {
        lake.check(CommitProof::forgetOld);
      }
      if (settings.standby() == Standby.SYNCHRONOUS) {
        ServerHistory.checkIsSynchronous(outbox);
      }
      return new Stores(embedded, outbox, lake, login, settings);
    } catch (RuntimeException e) {
      closeAll(embedded, outbox, lake);
      throw e;
    }
  }

  private static void migrate(Settings settings, Database outbox, Database lake) {
    if (settings.migration().isEmpty()) {
      Migrations.migrate(outbox, lake);
      return;
    }
    try (Database owner = connect("migration", settings.migration().get(), OWNER_CONNECTIONS)) {
      Migrations.migrate(owner, lake == outbox ? owner : lake);
      FlowRole.grant(owner, settings.database().orElseThrow().username());
    }
    outbox.checkLogin();
  }

  private static Database connect(String name, Login login, int connections) {
    return Database.connect(name, login.url(), login.username(), login.password(), connections);
  }

  public DeliveryOutbox outbox() {
    return outbox;
  }

  /**
   * For intake, which shares the connections with the flow and has half of them. Made once.
   *
   * @param mostBacklog how many messages may wait for delivery
   */
  public BoundedSubmissions submissions(long mostBacklog) {
    Backlog backlog =
        new Backlog(mostBacklog, new QueueStates(outboxDatabase)::waiting, System::nanoTime);
    return new BoundedSubmissions(submissions, backlog, intakesAtOnce(), INTAKE_PATIENCE);
  }

  private int intakesAtOnce() {
    return connections / 2;
  }

  /**
   * @param callsBack whether a channel is asked to call back about its deliveries
   */
  public Settlements settlements(Predicate<String> callsBack, FlowListener listener) {
    return new Settlements(outboxDatabase, callsBack, listener);
  }

  public ChannelSubscriptions subscriptions() {
    return new ChannelSubscriptions(outboxDatabase);
  }

  public LaneStores lanes() {
    DeliveryOutbox outbox = outbox();
    return new LaneStores(
        outbox,
        new OrderedLanes(outboxDatabase, outbox),
        new ShutLanes(outboxDatabase, outbox),
        channelStates());
  }

  public ChannelStates channelStates() {
    return new ChannelStates(outboxDatabase);
  }

  public ChannelPending channelPending() {
    return new ChannelPending(outboxDatabase);
  }

  public ChannelReceipts receipts(FlowListener listener) {
    return new ChannelReceipts(outboxDatabase, listener);
  }

  public MessageUpdates messageUpdates(FlowListener listener) {
    return new MessageUpdates(outboxDatabase, lakeDatabase, listener);
  }

  public RejectedMessages rejectedMessages() {
    return new RejectedMessages(outboxDatabase, lakeDatabase);
  }

  public DeliveryStatusJournal journal() {
    return new DeliveryStatusJournal(outboxReads);
  }

  public MessageViews views() {
    return new MessageViews(outboxReads, lakeReads);
  }

  /**
   * @param listener is told what operators reject
   */
  public OperatorActions actions(FlowListener listener) {
    return new OperatorActions(outboxDatabase, expiresAfter, listener);
  }

  public ParkedRows parked() {
    return new ParkedRows(outboxDatabase);
  }

  /** Made once. Where another role than the flow's owns the journal, rows leave by its hand. */
  public Retention retention(Retention.Policy policy) {
    owner = migration.map(login -> connect("retention", login, OWNER_CONNECTIONS)).orElse(null);
    return new Retention(owner == null ? outboxDatabase : owner, policy);
  }

  /** Made once, by the command of that name. */
  public LakeRebuild lakeRebuild() {
    patient = LakeRebuild.patient(login.url(), login.username(), login.password());
    return new LakeRebuild(patient, lakeDatabase);
  }

  /** Why nothing can be stored now; empty: it can. Asks the outbox's database. */
  public Optional<String> trouble() {
    return new QueueStates(outboxDatabase).trouble();
  }

  public QueueDepths depths() {
    return new QueueDepths(outboxReads);
  }

  public QueueStates queues() {
    return new QueueStates(outboxReads);
  }

  /** For Camel's JDBC component. */
  public DataSource lakeDataSource() {
    return lakeDatabase.dataSource();
  }

  @Override
  public void close() {
    if (owner != null) {
      owner.close();
    }
    if (lookup != null) {
      lookup.close();
    }
    if (patient != null) {
      patient.close();
    }
    outboxReads.close();
    if (lakeReads != outboxReads) {
      lakeReads.close();
    }
    closeAll(embedded, outboxDatabase, lakeDatabase);
  }

  private static void closeAll(EmbeddedDatabase embedded, Database outbox, Database lake) {
    if (lake != null && lake != outbox) {
      lake.close();
    }
    if (outbox != null) {
      outbox.close();
    }
    if (embedded != null) {
      embedded.close();
    }
  }
}
