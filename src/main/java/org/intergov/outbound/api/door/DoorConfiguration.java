package org.intergov.outbound.api.door;

import io.vertx.core.Vertx;
import java.util.Optional;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

/**
 * Puts the door in front of Camel's servers, and the gates into them. For the threads that start
 * and stop the gateway.
 */
public final class DoorConfiguration implements CamelConfiguration {
  private final FrontDoor door;
  private final ApiAccess access;
  private final Optional<ServerTls> tls;
  private final IntakeGate gate;
  private final Vertx vertx;
  private final int apiPort;
  private final int managementPort;

  /**
   * @param tls empty: plain HTTP
   * @param vertx makes the servers
   */
  public DoorConfiguration(
      FrontDoor door,
      ApiAccess access,
      Optional<ServerTls> tls,
      IntakeGate gate,
      Vertx vertx,
      int apiPort,
      int managementPort) {
    this.door = door;
    this.access = access;
    this.tls = tls;
    this.gate = gate;
    this.vertx = vertx;
    this.apiPort = apiPort;
    this.managementPort = managementPort;
  }

  @Override
  public void configure(CamelContext camel) {
    camel.getRegistry().bind("vertx", door.before(vertx));
    camel.getRegistry().bind(ApiAccess.NAME, access);
    tls.ifPresent(t -> t.install(camel));
  }

  /** Lets requests in, now that their routes are there. */
  public void open(CamelContext camel) {
    gate.install(camel, apiPort);
    new VerificationGate().install(camel, apiPort);
    HttpErrors.install(camel, apiPort);
    HttpErrors.installManagement(camel, managementPort);
    door.open();
  }

  /** Looks at the files of tokens and certificates again. */
  public void refresh(CamelContext camel) {
    access.refresh();
    tls.ifPresent(t -> t.refresh(camel, apiPort, managementPort));
  }

  /** No request may find that its route has gone. */
  public void shut() {
    door.shut();
  }
}
