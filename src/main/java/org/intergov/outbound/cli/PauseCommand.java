package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import org.intergov.outbound.message.MessagePath;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code pause}: nothing goes out through a channel until it is resumed. */
@Command(
    name = "pause",
    header = "Stops sending through one channel.",
    description = {
      "",
      "Applies to every replica and across restarts, until 'resume'. Posts in flight finish, sent"
          + " messages are still followed, and waiting ones still expire. 'status' shows who paused the"
          + " channel and why.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class PauseCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;
  @Mixin private AnswerFormat format;

  @Parameters(paramLabel = "CHANNEL", description = "The id of the channel in channels.yaml.")
  private String channel;

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for whoever looks next.")
  private String reason;

  @Override
  public Integer call() {
    String path = "/channels/" + MessagePath.escaped(channel) + "/pause";
    JsonNode answer = gateway.client().post(path + "?reason=" + MessagePath.escaped(reason));
    return format.print(spec, answer, channel + " is paused");
  }
}
