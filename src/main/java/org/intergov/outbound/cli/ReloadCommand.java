package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.intergov.outbound.routing.TableChanges;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code reload}: the gateway reads its routing table anew. */
@Command(
    name = "reload",
    header = "Makes the gateway read its channels.yaml again.",
    description = {
      "",
      "Acts on the replica that is asked; needed only where intergov.channels-watch is false or the"
          + " edit cannot wait. A file that cannot be used changes nothing, and all its problems are"
          + " printed.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ReloadCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;
  @Mixin private AnswerFormat format;

  @Override
  public Integer call() {
    JsonNode answer = gateway.client().post("/channels/reload");
    return format.print(spec, answer, text(answer));
  }

  private static String text(JsonNode answer) {
    return "version "
        + answer.path("version").asText()
        + " is in force, "
        + answer.path("entries").asText()
        + " channels: "
        + changes(answer);
  }

  private static TableChanges changes(JsonNode answer) {
    return new TableChanges(
        ids(answer, "added"),
        ids(answer, "changed"),
        ids(answer, "removed"),
        List.of(),
        answer.path("reordered").asBoolean());
  }

  private static List<String> ids(JsonNode answer, String field) {
    List<String> ids = new ArrayList<>();
    answer.path(field).forEach(id -> ids.add(id.asText()));
    return ids;
  }
}
