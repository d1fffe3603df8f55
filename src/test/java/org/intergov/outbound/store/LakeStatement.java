package org.intergov.outbound.store;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.intergov.outbound.store.LakeQueue.Shown;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The statement by which a route writes to the lake, as camel-jdbc sends it, without a route. */
final class LakeStatement<J extends LakeJob> implements LakeQueue.Steps<J> {
  private static final String JOBS = ":?jobs";
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final String sql;
  private final DataSource lake;

  private LakeStatement(String sql, DataSource lake) {
    this.sql = sql;
    this.lake = lake;
  }

  /**
   * @param route the one that has the statement
   * @param lake where it is sent if no transaction is open
   */
  static <J extends LakeJob> LakeStatement<J> of(String route, DataSource lake) {
    Path file = Path.of("src/main/resources/routes/" + route + ".camel.yaml");
    try (Reader in = Files.newBufferedReader(file)) {
      Object routes = new Load(LoadSettings.builder().build()).loadFromReader(in);
      return new LakeStatement<>(find(routes).findFirst().orElseThrow().replace(JOBS, "?"), lake);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Stream<String> find(Object node) {
    if (node instanceof Map<?, ?> map) {
      return map.values().stream().flatMap(LakeStatement::find);
    } else if (node instanceof List<?> list) {
      return list.stream().flatMap(LakeStatement::find);
    }
    return node instanceof String s && s.contains(JOBS) ? Stream.of(s) : Stream.empty();
  }

  @Override
  public Map<String, Shown> write(List<J> jobs) throws Exception {
    Map<String, Shown> shown = new HashMap<>();
    try (Connection c = LakeQueue.connections().getConnection(lake);
        PreparedStatement s = c.prepareStatement(sql)) {
      s.setString(1, MAPPER.writeValueAsString(jobs.stream().map(LakeJob::columns).toList()));
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          Timestamp since = r.getMetaData().getColumnCount() > 2 ? r.getTimestamp("since") : null;
          shown.put(
              r.getString("reference"),
              new Shown(r.getLong("seq"), since == null ? null : since.toInstant()));
        }
      }
    }
    return shown;
  }
}
