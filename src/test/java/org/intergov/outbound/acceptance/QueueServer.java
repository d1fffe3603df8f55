package org.intergov.outbound.acceptance;

import org.intergov.outbound.channel.sqs.ElasticMq;

/** The ElasticMQ of this JVM, for tests that do not stop it. */
final class QueueServer {
  private static ElasticMq shared;

  private QueueServer() {}

  static synchronized ElasticMq shared() {
    if (shared == null) {
      shared = ElasticMq.start(Ports.free());
    }
    return shared;
  }
}
