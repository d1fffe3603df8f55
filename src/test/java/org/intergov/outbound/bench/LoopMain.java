package org.intergov.outbound.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;

/**
 * The measure for the gateway: the same flow without Camel, written by hand, as fast as its author
 * could make it. It claims, posts, settles and updates the lake with a thread each; it knows one
 * lane, one channel and no trouble: the first error ends it.
 *
 * <p>Arguments: JDBC URL, user, lane, port and path of the sink, connections to it; the password is
 * in the environment. Reads a command a line and prints {@code done} for each: {@code drain N}
 * posts what waits in the lane until N are settled and in the lake; {@code flow N FILE} does the
 * same while it takes in the N messages of an NDJSON file.
 */
public final class LoopMain {
  private static final int BATCH = 500;
  private static final int STOCK = 1_500;

  private final LoopSql intake;
  private final LoopSql claims;
  private final LoopSql settlements;
  private final LoopSql updates;
  private final LoopClient client;
  private final BlockingQueue<LoopMessage> posted = new LinkedBlockingQueue<>();
  private final Semaphore stock = new Semaphore(STOCK);
  private final Semaphore waiting = new Semaphore(0);
  private final Semaphore settled = new Semaphore(0);
  private final Semaphore shown = new Semaphore(0);

  private LoopMain(String[] a) throws SQLException, IOException {
    String password = System.getenv("LOOP_PASSWORD");
    intake = new LoopSql(a[0], a[1], password, a[2]);
    claims = new LoopSql(a[0], a[1], password, a[2]);
    settlements = new LoopSql(a[0], a[1], password, a[2]);
    updates = new LoopSql(a[0], a[1], password, a[2]);
    client = new LoopClient(Integer.parseInt(a[3]), a[4], Integer.parseInt(a[5]), posted::add);
  }

  /** See the class. */
  public static void main(String[] args) throws Exception {
    LoopMain loop = new LoopMain(args);
    loop.start("claim", loop::claim);
    loop.start("post", loop.client::run);
    loop.start("settle", loop::settle);
    loop.start("update", loop::update);
    System.out.println("ready");
    BufferedReader commands = new BufferedReader(new InputStreamReader(System.in));
    String command;
    while ((command = commands.readLine()) != null) {
      String[] words = command.split(" ");
      int count = Integer.parseInt(words[1]);
      if (words[0].equals("drain")) {
        loop.waiting.release(count);
      } else {
        loop.submit(Path.of(words[2]));
      }
      loop.shown.acquire(count);
      System.out.println("done");
    }
    System.exit(0);
  }

  static void fail(Exception e) {
    e.printStackTrace();
    System.exit(1);
  }

  private interface Work {
    void run() throws Exception;
  }

  private void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception e) {
                fail(e);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  private void submit(Path file) throws IOException, SQLException {
    List<LoopMessage> batch = new ArrayList<>(BATCH);
    try (JsonParser json = new JsonFactory().createParser(file.toFile())) {
      while (json.nextToken() == JsonToken.START_OBJECT) {
        String[] fields = new String[5];
        String ref = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          String value = json.nextTextValue();
          switch (name) {
            case "sender" -> fields[0] = value;
            case "receiver" -> fields[1] = value;
            case "subject" -> fields[2] = value;
            case "obj" -> fields[3] = value;
            case "predicate" -> fields[4] = value;
            default -> ref = value;
          }
        }
        batch.add(new LoopMessage(0, ref, fields));
        if (batch.size() == BATCH) {
          store(batch);
        }
      }
    }
    store(batch);
  }

  private void store(List<LoopMessage> batch) throws SQLException {
    if (!batch.isEmpty()) {
      intake.submit(batch);
      waiting.release(batch.size());
      batch.clear();
    }
  }

  private void claim() throws InterruptedException, SQLException {
    while (true) {
      int most = takeSome(waiting);
      stock.acquire(most);
      List<LoopMessage> claimed = claims.claim(most);
      if (claimed.size() != most) {
        throw new SQLException(claimed.size() + " of " + most + " messages were there to claim");
      }
      client.post(claimed);
    }
  }

  private void settle() throws InterruptedException, SQLException {
    List<LoopMessage> batch = new ArrayList<>(BATCH);
    while (true) {
      batch.clear();
      batch.add(posted.take());
      posted.drainTo(batch, BATCH - 1);
      settlements.settle(batch);
      stock.release(batch.size());
      settled.release(batch.size());
    }
  }

  private void update() throws InterruptedException, SQLException {
    while (true) {
      int most = takeSome(settled);
      int done = updates.update(most);
      if (done != most) {
        throw new SQLException(done + " of " + most + " updates were there to claim");
      }
      shown.release(done);
    }
  }

  /** Waits for one at least, takes a batch at most. */
  private static int takeSome(Semaphore of) throws InterruptedException {
    of.acquire();
    int more = Math.min(BATCH - 1, of.availablePermits());
    return of.tryAcquire(more) ? 1 + more : 1;
  }
}
