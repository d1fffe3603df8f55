package org.intergov.outbound.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.Exchange;
import org.intergov.outbound.api.door.ApiProblem;
import org.intergov.outbound.api.door.Call;
import org.intergov.outbound.api.door.Role;
import org.intergov.outbound.channel.LiveTable;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.routing.TableChanges;
import org.intergov.outbound.store.ChannelStates;

/** Reading {@code channels.yaml} anew when it is asked for. Thread-safe. */
public final class TableOperations {
  private final LiveTable table;
  private final ChannelStates states;

  public TableOperations(LiveTable table, ChannelStates states) {
    this.table = table;
    this.states = states;
  }

  /**
   * {@code POST /channels/reload}: what has changed; 422 with every problem if the file cannot be
   * used.
   */
  public void reload(Exchange exchange) {
    Call.handle(
        exchange,
        Role.OPERATE,
        call -> {
          try {
            TableChanges changes = table.reload("by " + call.caller());
            states.reloaded(call.caller(), changes.toString());
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("added", changes.added());
            document.put("changed", changes.changed());
            document.put("removed", changes.removed());
            document.put("reordered", changes.reordered());
            document.put("entries", table.get().channels().size());
            document.put("version", table.state().version());
            call.json(200, document);
          } catch (InvalidChannelsException e) {
            throw unusable(e);
          }
        });
  }

  private ApiProblem unusable(InvalidChannelsException e) {
    List<Map<String, Object>> problems =
        e.problems().stream().map(TableOperations::document).toList();
    return new ApiProblem(
        422,
        "Unusable routing table",
        "channels.yaml cannot be used; the table in force stays, version "
            + table.state().version()
            + ".",
        problems,
        Map.of());
  }

  private static Map<String, Object> document(org.intergov.outbound.config.Problem problem) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("severity", problem.severity().name().toLowerCase(Locale.ROOT));
    document.put("file", problem.file().toString());
    document.put("line", problem.line());
    document.put("path", problem.path());
    document.put("found", problem.found());
    document.put("expected", problem.expected());
    return document;
  }
}
