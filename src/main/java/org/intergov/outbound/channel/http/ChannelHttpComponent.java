package org.intergov.outbound.channel.http;

import io.vertx.core.Vertx;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.config.kind.HttpAddress;

/**
 * Component {@code channel-http}: one bounded HTTP call, for channel kinds.
 *
 * <p>It differs from Camel's own HTTP components in what this gateway must be sure of: a failure
 * before the request was written is told from one after it; the answer as a whole has a time and a
 * size; redirects are not followed; only the headers a route names are sent, and none that a
 * channel answers becomes a header of ours; credentials are referred to and stand in no URI.
 */
@Component("channel-http")
public final class ChannelHttpComponent extends DefaultComponent {
  private final Vertx vertx;
  private final Map<AccessKey, SharedAccess> accesses = new HashMap<>();

  /** By identity: each loading of a channel binds maps of its own. */
  private record AccessKey(ParameterMap auth, ParameterMap tls) {}

  private static final class SharedAccess {
    private final ChannelAccess access;
    private int users;

    SharedAccess(ChannelAccess access) {
      this.access = access;
    }
  }

  public ChannelHttpComponent(Vertx vertx) {
    this.vertx = vertx;
  }

  @Override
  protected Endpoint createEndpoint(String uri, String remaining, Map<String, Object> parameters)
      throws Exception {
    HttpAddress address =
        HttpAddress.read(encodeTemplate(remaining))
            .orElseThrow(() -> new IllegalArgumentException("no http address in " + uri));
    ChannelHttpEndpoint endpoint = new ChannelHttpEndpoint(uri, this, vertx, address);
    endpoint.setAuth(resolveAndRemoveReferenceParameter(parameters, "auth", ParameterMap.class));
    endpoint.setTls(resolveAndRemoveReferenceParameter(parameters, "tls", ParameterMap.class));
    endpoint.setWebsub(
        resolveAndRemoveReferenceParameter(parameters, "websub", ParameterMap.class));
    setProperties(endpoint, parameters);
    return endpoint;
  }

  /** {@code {channelTxnId}} is not allowed in a URI; it is put in when the call is made. */
  private static String encodeTemplate(String remaining) {
    return remaining.replace("{", "%7B").replace("}", "%7D");
  }

  /** The access that the endpoints of one channel share; each gives it back when it stops. */
  synchronized ChannelAccess access(ParameterMap auth, ParameterMap tls) {
    SharedAccess shared =
        accesses.computeIfAbsent(
            new AccessKey(auth, tls), key -> new SharedAccess(ChannelAccess.of(vertx, auth, tls)));
    shared.users++;
    return shared.access;
  }

  synchronized void giveBack(ParameterMap auth, ParameterMap tls) {
    AccessKey key = new AccessKey(auth, tls);
    SharedAccess shared = accesses.get(key);
    if (shared != null && --shared.users == 0) {
      accesses.remove(key);
      shared.access.close();
    }
  }
}
