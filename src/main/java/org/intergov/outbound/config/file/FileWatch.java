package org.intergov.outbound.config.file;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices that files have other content, however it came there: written over, renamed over, or
 * behind a symbolic link that now leads elsewhere (editors, deployments, ConfigMaps); that one has
 * come, or gone. The directories' events only make it prompt; what counts is a look at the files
 * every so often, which also sees what has no events (NFS, a link into another directory).
 *
 * <p>Runs in a thread of its own. A change is told once it has been quiet for a while, so that a
 * file that is being written is not read half.
 */
public final class FileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FileWatch.class);

  /** The attributes are cheap; the content is looked at this seldom if they stay the same. */
  private static final int LOOKS_PER_READ = 10;

  /** A file system that does not answer must not keep a gateway from stopping. */
  private static final Duration ENDS_WITHIN = Duration.ofSeconds(10);

  /** A directory in which something changes all the time is not looked at more often. */
  private static final Duration BETWEEN_EVENTS = Duration.ofMillis(20);

  private final WatchedFiles files;
  private final Duration every;
  private final Duration quiet;
  private final Supplier<String> known;
  private final Runnable changed;
  private final Thread thread;
  private volatile WatchService events;
  private final Map<Path, WatchKey> directories = new HashMap<>();
  private List<Optional<FileStamp>> seen = List.of();
  private int looks;
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * @param every how often the files are looked at where no event says that it must be
   * @param quiet how long they must have stayed the same before they are read
   * @param known the {@link Fingerprint} of the content that was read last, by whomever
   * @param changed told from the watching thread when the content is another
   */
  public FileWatch(
      WatchedFiles files,
      Duration every,
      Duration quiet,
      Supplier<String> known,
      Runnable changed) {
    this.files = files;
    this.every = every;
    this.quiet = quiet;
    this.known = known;
    this.changed = changed;
    this.thread = new Thread(this::run, "watch " + files);
    thread.setDaemon(true);
  }

  public FileWatch start() {
    thread.start();
    return this;
  }

  private void run() {
    while (!isClosing()) {
      try {
        awaitHint();
        if (isWorthReading()) {
          awaitQuiet();
          if (!isClosing() && !files.fingerprint().equals(known.get())) {
            changed.run();
          }
        }
      } catch (InterruptedException | ClosedWatchServiceException e) {
        LOG.debug("{} is watched no more", files);
        return;
      } catch (RuntimeException e) {
        LOG.error("{}: a change could not be handled; the next one is tried", files, e);
      }
    }
  }

  /** Returns when the directory has an event, or when it is time for a look. */
  private void awaitHint() throws InterruptedException {
    listen();
    if (events == null) {
      pause(every);
      return;
    }
    WatchKey key = events.poll(every.toMillis(), TimeUnit.MILLISECONDS);
    if (key != null) {
      pause(BETWEEN_EVENTS);
      key.pollEvents();
      if (!key.reset()) {
        directories.values().remove(key);
      }
    }
  }

  /** Without events, a directory that is not there for example, the looks alone must do. */
  private void listen() {
    for (Path directory : files.directories()) {
      if (!directories.containsKey(directory)) {
        listen(directory);
      }
    }
  }

  private void listen(Path directory) {
    try {
      if (events == null) {
        events = directory.getFileSystem().newWatchService();
      }
      directories.put(
          directory,
          directory.register(
              events,
              StandardWatchEventKinds.ENTRY_CREATE,
              StandardWatchEventKinds.ENTRY_MODIFY,
              StandardWatchEventKinds.ENTRY_DELETE));
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("{}: no events, it is looked at every {}", directory, every, e);
    }
  }

  private boolean isWorthReading() {
    List<Optional<FileStamp>> now = files.stamps();
    boolean worth =
        now.contains(Optional.empty()) || !now.equals(seen) || ++looks >= LOOKS_PER_READ;
    if (worth) {
      seen = now;
      looks = 0;
    }
    return worth;
  }

  private void pause(Duration time) throws InterruptedException {
    closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
  }

  private boolean isClosing() {
    return closing.getCount() == 0;
  }

  private void awaitQuiet() throws InterruptedException {
    if (files.fingerprint().equals(known.get())) {
      return;
    }
    List<Optional<FileStamp>> before;
    do {
      before = seen;
      pause(quiet);
      seen = files.stamps();
    } while (!isClosing() && !before.equals(seen));
  }

  /**
   * Ends the watching; a change that is being taken up ends first, unless the file system does not
   * answer.
   */
  @Override
  public void close() {
    closing.countDown();
    try {
      if (events != null) {
        events.close();
      }
      thread.join(ENDS_WITHIN.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      LOG.debug("{}: its events could not be ended", files, e);
    }
  }
}
