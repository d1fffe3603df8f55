package org.intergov.outbound.bench;

import java.nio.file.Path;

/**
 * The whole flow: messages submitted as NDJSON over REST, until the lake shows all as accepted; the
 * channel confirms at once. The loop reads the same file.
 */
final class WholeFlowBench {
  private final Scale scale;

  WholeFlowBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    int messages = scale.turn() / 2;
    try (Rig rig = new Rig("whole-flow", Rig.oneChannel("confirmed"), "-Xmx256m")) {
      rig.startLoop("confirmed");
      for (int i = 0; i < scale.warmUpTurns(); i++) {
        turnOfGateway(rig, messages);
        turnOfLoop(rig, messages);
      }
      Comparison comparison = new Comparison();
      for (int i = 0; i < scale.rounds(); i++) {
        comparison.add(turnOfGateway(rig, messages), turnOfLoop(rig, messages));
      }
      String what =
          "%d messages as NDJSON in one request, until the lake shows all as accepted; median of %d"
              .formatted(messages, scale.rounds());
      comparison.print(report, "whole-flow", what).ratioAtLeast(0.6).atLeast(2_000).print();
      report
          .figure(
              "memory.resident",
              Processes.residentMegabytes(rig.gateway.pid(), true),
              "MB",
              "gateway with -Xmx256m, most during the whole-flow bench")
          .atMost(400)
          .print();
      long before = Allocation.bytes(rig.gateway.pid());
      turnOfGateway(rig, messages);
      report
          .figure(
              "memory.allocated",
              (Allocation.bytes(rig.gateway.pid()) - before) / (double) messages,
              "bytes/message",
              "Java heap allocated by all threads of the gateway, whole flow")
          .print();
    }
  }

  private static Turn turnOfGateway(Rig rig, int messages) throws Exception {
    Path file = Ndjson.file("whole-flow", messages);
    rig.database.checkpoint();
    long posts = rig.sink.posts() + messages;
    return Turn.of(
        rig,
        rig.gateway.pid(),
        messages,
        () -> {
          rig.submit(file);
          rig.awaitSettled(posts);
        });
  }

  private static Turn turnOfLoop(Rig rig, int messages) throws Exception {
    rig.freezeGateway(true);
    try {
      Path file = Ndjson.file("whole-flow", messages);
      rig.database.checkpoint();
      return Turn.of(
          rig,
          rig.loop().pid(),
          messages,
          () -> {
            rig.loop().say("flow " + messages + " " + file);
            rig.loop().hear();
          });
    } finally {
      rig.freezeGateway(false);
    }
  }
}
