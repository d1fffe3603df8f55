package org.intergov.outbound.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * Another gateway process, as far as the database is concerned: starts it, commits a row, says so,
 * and holds it until it is killed or its input ends.
 */
final class EmbeddedDatabaseHolder {

  static final String READY = "READY";
  static final int IN_USE = 3;

  private EmbeddedDatabaseHolder() {}

  public static void main(String[] args) throws SQLException, IOException {
    try (EmbeddedDatabase database = EmbeddedDatabase.start(Path.of(args[0]), Path.of(args[1]));
        Connection connection =
            DriverManager.getConnection(
                database.jdbcUrl(), database.username(), database.password());
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE kept (what text)");
      statement.execute("INSERT INTO kept VALUES ('committed before the kill')");
      System.out.println(READY);
      while (System.in.read() != -1) {
        // until the input ends
      }
    } catch (DataDirInUseException e) {
      System.out.println(e.getMessage());
      System.exit(IN_USE);
    }
  }

  /** Starts one. */
  static Process launch(Path dataDir, Path binariesDir) throws IOException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                classPath,
                EmbeddedDatabaseHolder.class.getName(),
                dataDir.toString(),
                binariesDir.toString()))
        .redirectErrorStream(true)
        .start();
  }

  /** Waits until it holds the database. */
  static void awaitReady(Process holder) throws IOException {
    StringBuilder seen = new StringBuilder();
    BufferedReader output = holder.inputReader();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      if (line.equals(READY)) {
        return;
      }
      seen.append(line).append('\n');
    }
    assertThat(seen.toString()).as("the holder ended without being ready").isNull();
  }
}
