package org.intergov.outbound.channel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.CamelContext;
import org.intergov.outbound.routing.Channel;

/**
 * Turns the parameters of a channel into those of its route templates. A text goes as it is; a map
 * is bound in the registry and goes as a reference to it. Thread-safe.
 */
final class ChannelParameters {
  /** Refers to the {@link ChannelSecrets}; no kind can declare a parameter of this name. */
  static final String SECRETS = "~secrets";

  private final CamelContext camel;
  private final AtomicLong made = new AtomicLong();
  private final Map<String, List<String>> bound = new ConcurrentHashMap<>();

  ChannelParameters(CamelContext camel) {
    this.camel = camel;
  }

  /**
   * What the channel's templates get. Each call binds anew, under names of its own: a channel that
   * has changed must not share an endpoint with what it was before.
   */
  Map<String, Object> bind(Channel channel) {
    Map<String, Object> parameters = new HashMap<>();
    Map<String, Map<String, String>> maps = new HashMap<>();
    channel
        .parameters()
        .forEach(
            (name, value) -> {
              int dot = name.indexOf('.');
              if (dot < 0) {
                parameters.put(name, value);
              } else {
                maps.computeIfAbsent(name.substring(0, dot), n -> new HashMap<>())
                    .put(name.substring(dot + 1), value);
              }
            });
    List<String> names = new ArrayList<>();
    maps.forEach(
        (name, values) -> {
          String reference = channel.id() + "-" + name + "-" + made.incrementAndGet();
          camel.getRegistry().bind(reference, new ParameterMap(channel.id(), values));
          names.add(reference);
          parameters.put(name, "#" + reference);
        });
    String secrets = channel.id() + "-secrets-" + made.incrementAndGet();
    camel.getRegistry().bind(secrets, new ChannelSecrets(channel));
    names.add(secrets);
    parameters.put(SECRETS, "#" + secrets);
    forget(channel.id());
    bound.put(channel.id(), names);
    return parameters;
  }

  /** Lets go of what was bound for a channel; its endpoints have what they need already. */
  void forget(String channelId) {
    List<String> names = bound.remove(channelId);
    if (names != null) {
      names.forEach(camel.getRegistry()::unbind);
    }
  }
}
