package org.intergov.outbound.bench;

/**
 * The router: a backlog in the outbox goes to an HTTP channel and is settled, until the lake shows
 * the channel's id. Gateway and loop take turns on the same tables and the same sink.
 */
final class RouterBench {
  private final Scale scale;

  RouterBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    try (Rig rig = new Rig("router", Rig.oneChannel("received"), "-Xmx256m")) {
      rig.pause();
      rig.startLoop("received");
      for (int i = 0; i < scale.warmUpTurns(); i++) {
        turnOfGateway(rig, scale.turn());
        turnOfLoop(rig, scale.turn());
      }
      Comparison comparison = new Comparison();
      for (int i = 0; i < scale.rounds(); i++) {
        comparison.add(turnOfGateway(rig, scale.turn()), turnOfLoop(rig, scale.turn()));
      }
      String what =
          "backlog of %d messages in one lane, 16 posts at once; %d turns of each side to warm up,"
                  .formatted(scale.turn(), scale.warmUpTurns())
              + " median of "
              + scale.rounds();
      comparison.print(report, "router", what).ratioAtLeast(0.7).print();
    }
  }

  static Turn turnOfGateway(Rig rig, int messages) throws Exception {
    rig.database.backlog(messages, Rig.LANE);
    rig.database.checkpoint();
    long posts = rig.sink.posts() + messages;
    Turn turn =
        Turn.of(
            rig,
            rig.gateway.pid(),
            messages,
            () -> {
              rig.resume();
              rig.awaitSettled(posts);
            });
    rig.pause();
    return turn;
  }

  static Turn turnOfLoop(Rig rig, int messages) throws Exception {
    rig.freezeGateway(true);
    try {
      rig.database.backlog(messages, Rig.LANE);
      rig.database.checkpoint();
      return Turn.of(
          rig,
          rig.loop().pid(),
          messages,
          () -> {
            rig.loop().say("drain " + messages);
            rig.loop().hear();
          });
    } finally {
      rig.freezeGateway(false);
    }
  }
}
