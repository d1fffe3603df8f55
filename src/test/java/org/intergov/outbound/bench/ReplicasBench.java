package org.intergov.outbound.bench;

import org.intergov.outbound.acceptance.GatewayProcess;

/** Two gateways on one database and one machine share a backlog; each message is posted once. */
final class ReplicasBench {
  private final Scale scale;

  ReplicasBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    int messages = scale.turn();
    try (Rig rig = new Rig("replicas", Rig.oneChannel("received"), "-Xmx256m");
        GatewayProcess other = rig.gateway("replicas-other", Rig.oneChannel("received")).start()) {
      rig.pause();
      Turn turn = null;
      for (int i = 0; i <= scale.warmUpTurns(); i++) {
        turn = RouterBench.turnOfGateway(rig, messages);
      }
      long expected = (long) messages * (scale.warmUpTurns() + 1);
      report
          .figure(
              "replicas.two",
              turn.rate(),
              "messages/s",
              "router, backlog of %d, two gateways on one database".formatted(messages))
          .with("posted_more_than_once", rig.sink.posts() - expected)
          .with("other_alive", other.isAlive())
          .print();
    }
  }
}
