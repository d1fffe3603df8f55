package org.intergov.outbound.flow.leased;

/**
 * A stopped or suspended route has not taken an exchange: none of its steps has begun. Of {@link
 * LeasedRoute#runHere}, also: it was stopped meanwhile and has failed.
 */
public final class RouteStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RouteStoppedException() {
    super("the route is stopped", null, false, false);
  }
}
