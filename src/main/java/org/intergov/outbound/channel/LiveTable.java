package org.intergov.outbound.channel;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.file.WatchedFiles;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.RoutingTable;
import org.intergov.outbound.routing.TableChanges;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The routing table in force. {@link #reload} reads the file anew, whole, and puts the new table in
 * force at one moment; a file that cannot be used changes nothing. {@link #get} is for any thread
 * and costs a field access; who decides something about a message reads the table once for it.
 */
public final class LiveTable implements Supplier<RoutingTable> {
  private static final Logger LOG = LoggerFactory.getLogger(LiveTable.class);

  private final WatchedFiles files;
  private final Loader loader;
  private final ChannelRoutes routes;
  private final Clock clock;
  private final Runnable inForce;
  private volatile State state;
  private volatile String lastRead;

  /** Reads and checks the files, with placeholders resolved by what they stand for now. */
  public interface Loader {
    TableEdition load() throws InvalidChannelsException;
  }

  /**
   * What is in force, and since when.
   *
   * @param version fingerprint of the file that the table was read from
   * @param lastReload when the file was last read and could be used
   * @param failure why the file as it is now is not in force; empty: it is
   */
  public record State(
      RoutingTable table, String version, Instant lastReload, Optional<Failure> failure) {}

  /** The file that could not be used. */
  public record Failure(Instant at, String version, InvalidChannelsException cause) {
    /** All that is wrong with it, in the order of the lines. */
    public List<Problem> problems() {
      return cause.problems();
    }
  }

  /**
   * @param inForce told whenever another table is in force
   */
  public LiveTable(
      WatchedFiles files, Loader loader, ChannelRoutes routes, Clock clock, Runnable inForce) {
    this.files = files;
    this.loader = loader;
    this.routes = routes;
    this.clock = clock;
    this.inForce = inForce;
  }

  /**
   * Reads the first table and makes its routes.
   *
   * @throws InvalidChannelsException naming everything that is wrong with it
   */
  public synchronized void load() throws InvalidChannelsException {
    lastRead = files.fingerprint();
    TableEdition edition = read();
    RoutingTable table = edition.loaded().table();
    put(edition, table.channels(), routes.load(edition.routes(), edition.kinds()));
    state = new State(table, lastRead, clock.instant(), Optional.empty());
  }

  @Override
  public RoutingTable get() {
    return state.table();
  }

  public State state() {
    return state;
  }

  /** The files' fingerprint when they were last read, whether it could be used or not. */
  public String lastRead() {
    return lastRead;
  }

  /**
   * Reads the file and puts it in force. When this returns, whatever is routed goes by the new
   * table; messages in lanes of channels that are gone are routed anew.
   *
   * @param why who or what asks for it, for the log
   * @return what has changed
   * @throws InvalidChannelsException if the file cannot be used; the table in force stays
   * @throws RuntimeException if it could not be read; it counts as not read yet
   */
  public synchronized TableChanges reload(String why) throws InvalidChannelsException {
    String version = files.fingerprint();
    State before = state;
    try {
      TableEdition edition = read();
      RoutingTable table = edition.loaded().table();
      OperatorRoutesVersion beneath = routes.load(edition.routes(), edition.kinds());
      TableChanges changes = TableChanges.between(before.table(), table, leadingElsewhere(beneath));
      put(edition, changes.newRoutes(), beneath);
      state = new State(table, version, clock.instant(), Optional.empty());
      routes.retire(changes.removed());
      LOG.info(
          // whole, since no two of them are repeats: an auditor finds every table there was
          "%s is in force (%s): %s; entries: %d, version %s"
              .formatted(files, why, changes, table.channels().size(), version));
      inForce.run();
      lastRead = version;
      return changes;
    } catch (InvalidChannelsException e) {
      failed(before, new Failure(clock.instant(), version, e), why);
      lastRead = version;
      throw e;
    }
  }

  private TableEdition read() throws InvalidChannelsException {
    TableEdition edition = loader.load();
    edition.loaded().warnings().forEach(LiveTable::say);
    return edition;
  }

  /** The channels that may go by an operator's routes, if these are others now. */
  private Predicate<Channel> leadingElsewhere(OperatorRoutesVersion beneath) {
    OperatorRoutesVersion before = routes.operatorRoutes();
    if (beneath == before) {
      return channel -> false;
    }
    return channel -> before.mayCarry(channel) || beneath.mayCarry(channel);
  }

  /** Makes the routes and sends through them from now on; or leaves everything as it was. */
  private void put(TableEdition edition, List<Channel> channels, OperatorRoutesVersion beneath)
      throws InvalidChannelsException {
    List<ChannelVersion> made;
    try {
      made = prepare(channels, beneath);
    } catch (InvalidChannelsException | RuntimeException e) {
      routes.drop(beneath);
      throw e;
    }
    try {
      routes.putInForce(beneath);
    } catch (Exception e) {
      routes.forget(made);
      routes.drop(beneath);
      String found = OperatorRoutes.cause(e, ChannelSecrets.NONE);
      throw edition.routes().error("", found, "routes that can be started");
    }
    routes.publish(made);
  }

  /** A line for each, which is no repeat of the others: its text is all that it has. */
  private static void say(Problem problem) {
    if (problem.severity() == Severity.ERROR) {
      LOG.error(problem.toString());
    } else {
      LOG.warn(problem.toString());
    }
  }

  private List<ChannelVersion> prepare(List<Channel> channels, OperatorRoutesVersion beneath)
      throws InvalidChannelsException {
    try {
      return routes.prepare(channels, beneath);
    } catch (ChannelRoutes.NotMadeException e) {
      throw new InvalidChannelsException(
          files.table(),
          List.of(
              new Problem(
                  Severity.ERROR,
                  files.table(),
                  0,
                  "channel " + e.channelId(),
                  "parameters that its routes cannot start with (" + e.getMessage() + ")",
                  "parameters that its kind accepts")));
    }
  }

  /** Said once, however often the same file is read. */
  private void failed(State before, Failure failure, String why) {
    boolean isNew =
        before.failure().map(f -> !f.problems().equals(failure.problems())).orElse(true);
    state = new State(before.table(), before.version(), before.lastReload(), Optional.of(failure));
    if (isNew) {
      LOG.error(
          "{}: {} cannot be used; the table read at {} stays in force, version {}",
          why,
          files,
          before.lastReload(),
          before.version());
      failure.problems().forEach(LiveTable::say);
    }
  }
}
