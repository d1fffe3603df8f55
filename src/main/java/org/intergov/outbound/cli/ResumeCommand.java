package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.intergov.outbound.message.MessagePath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resume}: a channel that was paused, or whose circuit is open, is tried at once. */
@Command(
    name = "resume",
    header = "Resumes sending through a channel that was paused or has stopped.",
    description = {
      "",
      "If the channel's circuit is open, some messages try it at once, without waiting for the next"
          + " probe; if the channel was not paused, only on the replica that is asked.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ResumeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;
  @Mixin private AnswerFormat format;

  @Parameters(paramLabel = "CHANNEL", description = "The id of the channel in channels.yaml.")
  private String channel;

  @Override
  public Integer call() {
    JsonNode answer =
        gateway.client().post("/channels/" + MessagePath.escaped(channel) + "/resume");
    return format.print(spec, answer, channel + " is resumed");
  }
}
