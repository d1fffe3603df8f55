package org.intergov.outbound.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the time goes, in one turn of gateway and loop: PostgreSQL's by statement, the gateway's by
 * what its threads were running. Not a bench by itself: {@code -Dbench.only=profile}.
 */
final class ProfileBench {
  /** Whether databases count what each statement costs, which itself costs a little. */
  static final boolean ON = "profile".equals(System.getProperty("bench.only"));

  /** Whose code is running: the first frame from the top that begins so. */
  private static final List<String> OWNERS =
      List.of(
          "org.intergov.outbound.store",
          "org.intergov.outbound.flow",
          "org.intergov.outbound.delivery",
          "org.intergov.outbound.channel",
          "org.intergov.outbound.api",
          "org.intergov.outbound",
          "org.postgresql",
          "org.apache.camel",
          "io.vertx",
          "io.netty",
          "com.zaxxer");

  private final Scale scale;

  ProfileBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    String kind = System.getProperty("bench.profile.channel", "confirmed");
    try (Rig rig = new Rig("profile", Rig.oneChannel(kind), "-Xmx256m")) {
      rig.pause();
      rig.startLoop(kind);
      for (int i = 0; i < scale.warmUpTurns(); i++) {
        RouterBench.turnOfGateway(rig, scale.turn());
        RouterBench.turnOfLoop(rig, scale.turn());
      }
      reset(rig);
      Turn loop = RouterBench.turnOfLoop(rig, scale.turn());
      statements(report, rig, "profile.loop", loop);
      reset(rig);
      Path recording = Path.of("target", "bench", "gateway.jfr").toAbsolutePath();
      Turn gateway = RouterBench.turnOfGateway(rig, scale.turn());
      statements(report, rig, "profile.gateway", gateway);
      jcmd(rig.gateway.pid(), "JFR.start", "name=turn", "settings=profile");
      RouterBench.turnOfGateway(rig, scale.turn());
      RouterBench.turnOfGateway(rig, scale.turn());
      jcmd(rig.gateway.pid(), "JFR.dump", "name=turn", "filename=" + recording);
      threads(report, recording, gateway);
      updates(report, rig);
    }
  }

  /** Of the updates since the start, the share that wrote no index (HOT). */
  private static void updates(Report report, Rig rig) throws Exception {
    for (String row :
        rig.database.rows(
            """
            SELECT relname, round(100.0 * n_tup_hot_upd / n_tup_upd, 1), n_tup_upd
            FROM pg_stat_user_tables WHERE schemaname = 'intergov' AND n_tup_upd > 0
            """)) {
      String[] cells = row.split(" ");
      report
          .figure("profile.hot-updates", Double.parseDouble(cells[1]), "%", cells[0])
          .with("updates", cells[2])
          .print();
    }
  }

  private static void reset(Rig rig) throws Exception {
    rig.database.rows("SELECT profile.pg_stat_statements_reset()");
    rig.database.rows("SELECT pg_stat_reset_shared('wal')");
  }

  private static void statements(Report report, Rig rig, String name, Turn turn) throws Exception {
    report
        .figure(name + ".rate", turn.rate(), "messages/s", "one turn, statements counted")
        .with("own_cpu_us", turn.microsOwn())
        .with("postgres_cpu_us", turn.microsPostgres())
        .with("sink_cpu_us", turn.microsSink())
        .with(
            "wal_bytes",
            Double.parseDouble(rig.database.rows("SELECT wal_bytes FROM pg_stat_wal").get(0))
                / turn.messages())
        .print();
    List<String> rows =
        rig.database.rows(
            """
            SELECT round(((total_exec_time + total_plan_time) * 1000 / %d)::numeric, 1), calls,
              round(rows::numeric / calls, 1), wal_bytes / %d,
              left(regexp_replace(query, '\\s+', ' ', 'g'), 90)
            FROM profile.pg_stat_statements
            WHERE query NOT ILIKE '%%generate_series%%' AND query NOT ILIKE 'CHECKPOINT'
              AND total_exec_time * 1000 / %d >= 0.5
            ORDER BY total_exec_time + total_plan_time DESC LIMIT 14
            """
                .formatted(turn.messages(), turn.messages(), turn.messages()));
    for (String row : rows) {
      String[] cells = row.split(" ", 5);
      report
          .figure(name + ".statement", Double.parseDouble(cells[0]), "us/message", cells[4])
          .with("calls", cells[1])
          .with("rows_per_call", cells[2])
          .with("wal_bytes_per_message", cells[3])
          .print();
    }
  }

  private static void threads(Report report, Path recording, Turn turn) throws IOException {
    Map<String, Integer> samples = new TreeMap<>();
    Map<String, Long> allocated = new TreeMap<>();
    int all = 0;
    try (RecordingFile file = new RecordingFile(recording)) {
      while (file.hasMoreEvents()) {
        RecordedEvent event = file.readEvent();
        String type = event.getEventType().getName();
        if (type.equals("jdk.ExecutionSample")) {
          String owner = owner(event, "sampledThread");
          if (!owner.isEmpty()) {
            samples.merge(owner, 1, Integer::sum);
            all++;
          }
        } else if (type.equals("jdk.ObjectAllocationSample")) {
          allocated.merge(owner(event, "eventThread"), event.getLong("weight"), Long::sum);
        }
      }
    }
    for (Map.Entry<String, Integer> e : samples.entrySet()) {
      report
          .figure(
              "profile.gateway.cpu",
              turn.microsOwn() * e.getValue() / all,
              "us/message",
              e.getKey())
          .with("samples", e.getValue())
          .print();
    }
    for (Map.Entry<String, Long> e : allocated.entrySet()) {
      report
          .figure(
              "profile.gateway.allocated",
              (double) e.getValue() / turn.messages(),
              "bytes/message",
              e.getKey())
          .print();
    }
  }

  /** Thread group and owner of the code; empty: a thread that waits in the kernel. */
  private static String owner(RecordedEvent event, String threadField) {
    var thread = event.getThread(threadField);
    String name = thread == null || thread.getJavaName() == null ? "?" : thread.getJavaName();
    String group = name.replaceAll("[0-9]+", "").replaceAll("^Camel .*? thread # - ", "");
    if (event.getStackTrace() == null || event.getStackTrace().getFrames().isEmpty()) {
      return group + " | ?";
    }
    List<String> frames = new ArrayList<>();
    for (RecordedFrame frame : event.getStackTrace().getFrames()) {
      frames.add(frame.getMethod().getType().getName() + "." + frame.getMethod().getName());
    }
    if (frames.get(0).contains("epollWait") || frames.get(0).contains("EPoll.wait")) {
      return "";
    }
    for (String frame : frames) {
      for (String owner : OWNERS) {
        if (frame.startsWith(owner)) {
          return group + " | " + owner + (isKernel(frames.get(0)) ? " (system call)" : "");
        }
      }
    }
    return group + " | jvm " + frames.get(0);
  }

  private static boolean isKernel(String top) {
    return top.startsWith("sun.nio.ch") || top.startsWith("java.net.Socket");
  }

  private static void jcmd(long pid, String... command) throws IOException {
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    words.add(String.valueOf(pid));
    words.addAll(List.of(command));
    try {
      int end =
          new ProcessBuilder(words)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor();
      if (end != 0) {
        throw new IOException(words + " ended with " + end);
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
