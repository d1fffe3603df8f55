package org.intergov.outbound;

import org.intergov.outbound.store.Stores;

/**
 * The databases that settings name, opened; for the gateway, and for commands that need no other
 * part of it.
 */
public final class Databases {
  private Databases() {}

  /** As {@link Stores#open} does. */
  public static Stores open(Settings settings) {
    return Stores.open(
        new Stores.Settings(
            settings.dataDir(),
            settings.database().map(Databases::login),
            settings.migration().map(Databases::login),
            settings.lake().map(Databases::login),
            settings.connections(),
            settings.standby(),
            settings.expiresAfter()));
  }

  private static Stores.Login login(Settings.Login login) {
    return new Stores.Login(login.url(), login.username(), login.password());
  }
}
