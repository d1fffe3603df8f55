package org.intergov.outbound.store.database;

/** What a standby of the outbox's database is, as the configuration says. */
public enum Standby {
  /** It has every commit that was answered. A promotion forgets nothing. */
  SYNCHRONOUS,
  /** It may lack the newest commits; or there is none. */
  ASYNCHRONOUS
}
