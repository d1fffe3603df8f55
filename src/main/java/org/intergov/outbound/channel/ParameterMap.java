package org.intergov.outbound.channel;

import java.util.Map;
import java.util.Optional;

/**
 * A parameter of a channel that is a map, such as {@code auth}. It is bound in Camel's registry,
 * and routes name it by reference: so what it holds stands in no URI, no JMX bean and no log.
 * Immutable.
 */
public final class ParameterMap {
  private final String channelId;
  private final Map<String, String> values;

  /**
   * @param values by key, placeholders resolved; may hold secrets
   */
  public ParameterMap(String channelId, Map<String, String> values) {
    this.channelId = channelId;
    this.values = Map.copyOf(values);
  }

  /** The channel that it belongs to. */
  public String channelId() {
    return channelId;
  }

  public Optional<String> find(String key) {
    return Optional.ofNullable(values.get(key));
  }

  /**
   * The value of a key that the kind requires.
   *
   * @throws IllegalArgumentException naming channel and key, if it is not there
   */
  public String get(String key) {
    return find(key)
        .orElseThrow(
            () ->
                new IllegalArgumentException("channel " + channelId + ": " + key + " is missing"));
  }

  /** All of it, by key. */
  public Map<String, String> values() {
    return values;
  }

  /** Its keys; never a value. */
  @Override
  public String toString() {
    return "channel " + channelId + " " + new java.util.TreeSet<>(values.keySet());
  }
}
