package org.intergov.outbound.simulator;

import java.time.Instant;
import java.util.Map;

/**
 * One {@code POST /messages} as it came in.
 *
 * @param key the {@code Idempotency-Key} header, null when there was none
 * @param body the body as sent
 * @param message the message in it, null when the body is not a message the Channel API takes
 * @param headers all headers, names in lower case; of a repeated header the first value
 * @param attempt 1 for the first post with this key (without a key: of this message), then 2, ...;
 *     0 when the body is not a message
 * @param at when its body was complete
 */
public record Post(
    String key,
    String body,
    PostedMessage message,
    Map<String, String> headers,
    int attempt,
    Instant at) {

  /** What deliveries are told apart by: the key, and without one the message itself. */
  String identity() {
    return key != null ? key : message.toString();
  }
}
