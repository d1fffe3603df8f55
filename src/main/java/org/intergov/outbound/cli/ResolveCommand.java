package org.intergov.outbound.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.concurrent.Callable;
import org.intergov.outbound.message.MessagePath;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code resolve}: an operator's decision on a held message. */
@Command(
    name = "resolve",
    header = "Resolves a held message once you know whether it was delivered.",
    description = {
      "",
      "A held message may or may not have been delivered: ask the other side, then say so. --delivered"
          + " makes it accepted; --not-delivered makes it rejected with reason operator, and 'replay'"
          + " can send it again. The journal says who decided and why.",
      ""
    },
    mixinStandardHelpOptions = true,
    versionProvider = Version.class)
final class ResolveCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private GatewayOptions gateway;
  @Mixin private AnswerFormat format;

  @Parameters(
      paramLabel = "REFERENCE",
      converter = ReferenceConverter.class,
      description = "The message: its sender and sender_ref, such as AU:the-ref.")
  private String reference;

  @ArgGroup(multiplicity = "1")
  private Decision decision;

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for the journal, such as who was asked.")
  private String reason;

  /** One of the two must be given. */
  static final class Decision {
    @Option(names = "--delivered", required = true, description = "The other side has it.")
    private boolean delivered;

    @Option(
        names = "--not-delivered",
        required = true,
        description = "The other side does not have it.")
    private boolean notDelivered;
  }

  @Override
  public Integer call() {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("delivered", decision.delivered);
    body.put("reason", reason);
    JsonNode answer = gateway.client().post(MessagePath.of(reference, "/resolve"), body);
    String text =
        Table.printable(reference) + (decision.delivered ? " is accepted" : " is rejected");
    return format.print(spec, answer, text);
  }
}
