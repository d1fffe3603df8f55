package org.intergov.outbound.routing;

import java.time.Instant;
import java.time.ZoneOffset;

/**
 * When an entry of the table counts at all.
 *
 * @param from the first moment; {@link Instant#MIN}: ever since
 * @param until the first moment when it does not count any more; {@link Instant#MAX}: never
 */
public record Active(Instant from, Instant until) {

  /** At any time. */
  public static final Active ALWAYS = new Active(Instant.MIN, Instant.MAX);

  public static final String FROM = "from";
  public static final String UNTIL = "until";

  /** Whether it counts at this moment. */
  public boolean at(Instant now) {
    return !now.isBefore(from) && now.isBefore(until);
  }

  boolean isAlways() {
    return equals(ALWAYS);
  }

  /** For people: why it does not count at this moment. */
  String whyNot(Instant now) {
    return now.isBefore(from)
        ? "not active before " + shown(from)
        : "no longer active since " + shown(until);
  }

  /** In UTC: {@code 2026-12-01T00:00:00Z}. */
  static String shown(Instant moment) {
    return moment.atOffset(ZoneOffset.UTC).toInstant().toString();
  }
}
