package org.intergov.outbound.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The plans that a server wrote down as it ran them, and what they must be like. */
final class ExecutedPlans {
  private static final String OURS =
      "(delivery_outbox|message_lake|channel_pending|message_updates|rejected_messages"
          + "|delivery_status|channel_receipts|channel_subscription)";

  private static final Pattern SEQ_SCAN = Pattern.compile("Seq Scan on " + OURS + "\\b");

  /** Rows that a node on one of our tables gave, per loop, and how often it ran. */
  private static final Pattern SCAN =
      Pattern.compile(
          "Scan [^\\n]*on " + OURS + "\\b[^\\n]*\\(actual rows=(\\d+)(?:\\.\\d+)? loops=(\\d+)\\)");

  private static final Pattern REMOVED =
      Pattern.compile("Rows Removed by (?:Filter|Index Recheck): (\\d+)");

  /** Pairs of rows that a join compared in vain: a batch joined with itself row by row. */
  private static final Pattern REMOVED_BY_JOIN =
      Pattern.compile("Rows Removed by Join Filter: (\\d+)");

  private final TestStore store;
  private long logRead;

  /** From now on sessions that begin explain what they run; tables are not analysed. */
  ExecutedPlans(TestStore store) throws IOException {
    this.store = store;
    // in the file, since ALTER SYSTEM before PostgreSQL 15 wants to know of the library already
    Path settings = Path.of(store.ask("SHOW data_directory").get(0), "postgresql.auto.conf");
    Files.writeString(
        settings,
        """
        session_preload_libraries = 'auto_explain'
        auto_explain.log_min_duration = 0
        auto_explain.log_analyze = on
        auto_explain.log_timing = off
        auto_explain.log_nested_statements = on
        autovacuum = off
        """,
        StandardOpenOption.APPEND);
    store.run("SELECT pg_reload_conf()");
  }

  /** Those written down so far are not looked at. */
  void forgetThose() throws IOException {
    logRead = Files.size(store.serverLog());
  }

  /** Reads the plans written since {@link #forgetThose} and looks at each. */
  void check() throws IOException {
    byte[] log = Files.readAllBytes(store.serverLog());
    String written =
        new String(log, (int) logRead, (int) (log.length - logRead), StandardCharsets.UTF_8);
    List<String> plans = new ArrayList<>();
    for (String entry : written.split("(?m)^(?=\\d{4}-\\d\\d-\\d\\d )")) {
      if (entry.contains("plan:") && Pattern.compile(OURS).matcher(entry).find()) {
        plans.add(entry);
      }
    }
    assertThat(plans).as("plans written down").hasSizeGreaterThan(25);
    for (String statement :
        List.of(
            "INSERT INTO delivery_outbox",
            "UPDATE delivery_outbox",
            "INSERT INTO channel_pending",
            "UPDATE channel_pending",
            "DELETE FROM channel_pending",
            "INSERT INTO message_updates",
            "UPDATE message_updates",
            "DELETE FROM message_updates",
            "), by_reference AS (",
            "INSERT INTO rejected_messages",
            "DELETE FROM rejected_messages",
            "SET status = 'rejected'",
            "INSERT INTO delivery_status",
            "DELETE FROM delivery_outbox",
            "DELETE FROM delivery_status",
            "INSERT INTO channel_receipts",
            "UPDATE channel_receipts",
            "DELETE FROM channel_receipts",
            "INSERT INTO channel_subscription",
            "UPDATE channel_subscription",
            "DELETE FROM channel_subscription",
            "coalesce(p.confirmed_at, p.posted_at)")) {
      assertThat(plans).as("a plan of " + statement).anyMatch(p -> p.contains(statement));
    }
    assertThat(plans.stream().mapToLong(p -> SCAN.matcher(p).results().count()).sum())
        .as("scans of our tables that this test can read")
        .isGreaterThan(20);
    assertThat(plans).allSatisfy(ExecutedPlans::goesByIndex);
    assertThat(plans).allSatisfy(ExecutedPlans::touchesNoMoreThanItNeeds);
  }

  private static void goesByIndex(String plan) {
    assertThat(SEQ_SCAN.matcher(plan).find()).as("no Seq Scan on our tables: %s", plan).isFalse();
  }

  private static void touchesNoMoreThanItNeeds(String plan) {
    Matcher scan = SCAN.matcher(plan);
    while (scan.find()) {
      long rows = Long.parseLong(scan.group(2)) * Long.parseLong(scan.group(3));
      assertThat(rows).as("rows given by %s in %s", scan.group(), plan).isLessThan(2_000);
    }
    Matcher removed = REMOVED.matcher(plan);
    while (removed.find()) {
      assertThat(Long.parseLong(removed.group(1)))
          .as("rows looked at in vain in %s", plan)
          .isLessThan(1_000);
    }
    Matcher compared = REMOVED_BY_JOIN.matcher(plan);
    while (compared.find()) {
      assertThat(Long.parseLong(compared.group(1)))
          .as("rows compared with every other in %s", plan)
          .isLessThan(1_000);
    }
  }
}
