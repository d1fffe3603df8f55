package org.intergov.outbound.routing;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One entry of the routing table. A value: two entries are equal when nothing that matters to a
 * delivery differs.
 *
 * @param id unique in the table; lower-case letters, digits and {@code -}
 * @param description for people; may be empty
 * @param kind which route templates carry its messages
 * @param parameters of the kind, as given in the file, placeholders resolved; may hold secrets
 * @param match which messages it takes
 * @param screen which of those it must not carry
 * @param schedule when it counts and when it rests
 * @param concurrency posts at a time, per replica
 * @param retry when it is unavailable
 * @param poll how a delivery is followed
 * @param onUnknown when the outcome of a post is unknown
 * @param onRevoked when a confirmed message is revoked
 * @param refusals what it means when it says no
 * @param timeout for the whole answer of one post or one status check
 * @param protection what keeps it from being given too much
 * @param tracking how it tells what became of what it took
 */
public record Channel(
    String id,
    String description,
    String kind,
    Map<String, String> parameters,
    Match match,
    Screen screen,
    Schedule schedule,
    int concurrency,
    Retry retry,
    Poll poll,
    OnUnknown onUnknown,
    OnRevoked onRevoked,
    Refusals refusals,
    Duration timeout,
    Protection protection,
    Tracking tracking) {

  private static final String HIDDEN = "***";

  public Channel {
    parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters));
  }

  /** Whether it is asked for all changes since a moment: parameter {@code status-batch} says so. */
  public boolean tellsChanges() {
    return "updated-since".equals(parameters.get("status-batch"));
  }

  /** Whether it is asked to call back about its deliveries: it has parameter {@code websub}. */
  public boolean callsBack() {
    return parameters.containsKey("websub.callback-url");
  }

  /**
   * The text without the values of parameters that may be secrets, whatever they stand in, as they
   * are or as a URL has them.
   */
  public String withoutSecrets(String text) {
    String shown = text;
    for (Map.Entry<String, String> parameter : parameters.entrySet()) {
      if (Secrets.hides(parameter.getKey()) && !parameter.getValue().isEmpty()) {
        shown = shown.replace(parameter.getValue(), HIDDEN);
        shown = shown.replace(encoded(parameter.getValue()), HIDDEN);
      }
    }
    return shown;
  }

  private static String encoded(String value) {
    return URLEncoder.encode(value, StandardCharsets.UTF_8);
  }

  /** Names the entry without the values of its parameters: they may be secrets. */
  @Override
  public String toString() {
    return "channel %s (kind %s, match %s, parameters %s)"
        .formatted(id, kind, match, parameters.keySet());
  }
}
