package org.intergov.outbound.channel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.camel.CamelContext;
import org.apache.camel.Endpoint;
import org.apache.camel.Route;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.model.FromDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.RouteTemplateDefinition;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.file.RoutesFolder;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.routing.Channel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the routes of channels from the route templates of their kinds, {@code <id>-post} and the
 * like, and takes them away again, with traffic running. A channel that changes gets new routes
 * beside the old ones, {@code <id>~2-post}: what is posted from then on goes through them, what is
 * in flight ends on the old ones, which are removed when nothing uses them any more.
 *
 * <p>{@link #use} may be called from any thread, the others from one at a time.
 */
public final class ChannelRoutes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ChannelRoutes.class);

  /** What a template's {@code from} begins with if the gateway calls it by the channel's name. */
  private static final List<String> CALLED =
      List.of("direct:{{channel}}-", ChannelWorkersComponent.SCHEME + ":{{channel}}-");

  /** A parameter of the gateway's own: the name of a version. */
  private static final String NAME = "~name";

  private final ModelCamelContext camel;
  private final ChannelParameters parameters;
  private final Map<String, ChannelVersion> current = new ConcurrentHashMap<>();

  private final RunningRoutes running;

  /** The operator's routes that are in force; written by the thread that changes the table. */
  private volatile OperatorRoutesVersion operatorRoutes;

  /** Versions that may lead to routes of an operator's, and to which. */
  private final Map<ChannelVersion, OperatorRoutesVersion> leading = new ConcurrentHashMap<>();

  /** Suffixes of versions of them whose routes are there. */
  private final Set<String> suffixes = ConcurrentHashMap.newKeySet();

  /** Names of versions whose routes are there, or are being removed. */
  private final Set<String> names = ConcurrentHashMap.newKeySet();

  /** Versions that are not removed yet, and what removes them if they are not let go of in time. */
  private final Map<ChannelVersion, Future<?>> retired = new ConcurrentHashMap<>();

  private final ScheduledThreadPoolExecutor remover =
      new ScheduledThreadPoolExecutor(
          1, ChannelRoutes::thread, new ThreadPoolExecutor.DiscardPolicy());

  /** A channel's routes cannot be made or started. */
  static final class NotMadeException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String channelId;

    NotMadeException(Channel channel, Throwable cause) {
      super(Cause.of(cause, new ChannelSecrets(channel)::hiddenIn));
      this.channelId = channel.id();
    }

    String channelId() {
      return channelId;
    }
  }

  /**
   * With no routes of an operator's.
   *
   * @param kinds there are, by name
   */
  public ChannelRoutes(CamelContext camel, Map<String, KindDescription> kinds) {
    this.camel = (ModelCamelContext) camel;
    this.running = new RunningRoutes(this.camel);
    this.parameters = new ChannelParameters(camel);
    this.operatorRoutes =
        new OperatorRoutesVersion(this.camel, running, RoutesFolder.none(), kinds, "");
    this.camel.getRouteTemplateDefinitions().forEach(ChannelRoutes::listenUnderItsName);
    remover.setRemoveOnCancelPolicy(true);
  }

  /** The operator's routes that are in force. */
  OperatorRoutesVersion operatorRoutes() {
    return operatorRoutes;
  }

  /**
   * Loads an operator's routes beside those in force, if the files differ from theirs.
   *
   * @return those in force, if the files are the same
   * @throws InvalidChannelsException naming file and cause; then nothing of them is left
   */
  OperatorRoutesVersion load(RoutesFolder files, Map<String, KindDescription> kinds)
      throws InvalidChannelsException {
    if (files.isSameAs(operatorRoutes.files())) {
      return operatorRoutes;
    }
    OperatorRoutesVersion version =
        new OperatorRoutesVersion(camel, running, files, kinds, takeSuffix());
    try {
      version.load();
    } catch (InvalidChannelsException | RuntimeException e) {
      drop(version);
      throw e;
    }
    version.templates().forEach(ChannelRoutes::listenUnderItsName);
    return version;
  }

  private String takeSuffix() {
    String suffix = "";
    for (int n = 2; !suffixes.add(suffix); n++) {
      suffix = "~" + n;
    }
    return suffix;
  }

  /** Takes away what was loaded and not put in force. */
  void drop(OperatorRoutesVersion version) {
    if (version != operatorRoutes) {
      version.drop();
      suffixes.remove(version.suffix());
    }
  }

  /**
   * Puts an operator's routes in force. Those that were are removed when no channel's routes lead
   * to them any more.
   *
   * @throws Exception if one of them cannot start; those that were are in force again
   */
  void putInForce(OperatorRoutesVersion version) throws Exception {
    OperatorRoutesVersion before = operatorRoutes;
    if (version != before) {
      version.takeOverFrom(before);
      before.removeTemplatesWithout(version);
      operatorRoutes = version;
      before.retire(
          () -> {
            if (!before.files().files().isEmpty()) { // what had no files took no suffix
              suffixes.remove(before.suffix());
            }
          });
    }
  }

  /** Two versions of a channel are there at the same time, so each listens under its own name. */
  private static void listenUnderItsName(RouteTemplateDefinition template) {
    FromDefinition from = template.getRoute().getInput();
    if (CALLED.stream().anyMatch(from.getUri()::startsWith)) {
      from.setUri(from.getUri().replace("{{channel}}", "{{" + NAME + "}}"));
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "channel-routes");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * The routes that carry a channel's messages now, in use until {@link ChannelVersion#end}; null
   * if the channel is gone.
   */
  public ChannelVersion use(String channelId) {
    ChannelVersion version = current.get(channelId);
    while (version != null && !version.use()) {
      version = current.get(channelId);
    }
    return version;
  }

  /**
   * Adds and starts routes for channels that have none yet or need others, without sending anything
   * through them: {@link #publish} does that.
   *
   * @param beneath the operator's routes that they may lead to
   * @throws NotMadeException if one cannot be made; then none is left
   */
  List<ChannelVersion> prepare(List<Channel> channels, OperatorRoutesVersion beneath)
      throws NotMadeException {
    List<ChannelVersion> made = new ArrayList<>();
    for (Channel channel : channels) {
      String name = takeName(channel.id());
      ChannelVersion version =
          new ChannelVersion(channel, name, routeIds(channel, name), endpoints(channel, name));
      if (beneath.mayCarry(channel)) {
        beneath.begin();
        leading.put(version, beneath);
      }
      made.add(version);
      try {
        Map<String, Object> bound = parametersOf(channel, name, beneath);
        for (String step : steps(channel)) {
          add(channel, name, step, bound);
        }
      } catch (Exception e) {
        if (LOG.isDebugEnabled()) {
          String why = new ChannelSecrets(channel).hiddenIn(e);
          LOG.debug("routes of {} cannot be made: {}", channel, why);
        }
        forget(made);
        throw new NotMadeException(channel, e);
      }
    }
    return made;
  }

  /** Takes away routes that were prepared and are not to be used. */
  void forget(List<ChannelVersion> made) {
    made.forEach(this::removeRoutes);
    made.forEach(v -> parameters.forget(v.channel().id()));
  }

  /** Adds, starts and uses the routes of a channel. */
  public void add(Channel channel) throws NotMadeException {
    publish(prepare(List.of(channel), operatorRoutes));
  }

  /** Sends through these from now on, and lets go of those they replace. */
  void publish(List<ChannelVersion> versions) {
    for (ChannelVersion version : versions) {
      ChannelVersion before = current.put(version.channel().id(), version);
      if (before != null) {
        retire(before);
      }
    }
  }

  /** Sends nothing more through these channels. */
  void retire(List<String> channelIds) {
    for (String id : channelIds) {
      ChannelVersion before = current.remove(id);
      parameters.forget(id);
      if (before != null) {
        retire(before);
      }
    }
  }

  private static List<String> routeIds(Channel channel, String name) {
    return steps(channel).stream().map(step -> name + "-" + step).toList();
  }

  /** Where the routes that are called listen; nobody waits there for a route that is gone. */
  private Map<String, Endpoint> endpoints(Channel channel, String name) {
    Map<String, Endpoint> endpoints = new HashMap<>();
    for (String step : called(channel)) {
      String uri = "direct:" + name + "-" + step + "?block=false";
      endpoints.put(step, camel.getCamelContextExtension().getPrototypeEndpoint(uri));
    }
    return endpoints;
  }

  private static List<String> steps(Channel channel) {
    List<String> steps = called(channel);
    if (channel.tracking().receipts()) {
      steps.add("receipts");
    }
    return steps;
  }

  private static List<String> called(Channel channel) {
    List<String> steps = new ArrayList<>(List.of("post"));
    if (channel.tracking().asked()) {
      steps.add("status");
    }
    if (channel.tellsChanges()) {
      steps.add("statuses");
    }
    if (channel.callsBack()) {
      steps.add("subscribe");
    }
    return steps;
  }

  /** Takes the id, or a name like it if routes of that name are still there. */
  private String takeName(String id) {
    String name = id;
    for (int n = 2; !names.add(name); n++) {
      name = id + "~" + n;
    }
    return name;
  }

  /**
   * What the templates of its kind get.
   *
   * @param name of the version
   * @param beneath the operator's routes that it may lead to
   */
  Map<String, Object> parametersOf(Channel channel, String name, OperatorRoutesVersion beneath) {
    Map<String, Object> bound = new HashMap<>(parameters.bind(channel));
    if (channel.kind().equals(ChannelKinds.ROUTE)) {
      bound.replaceAll((key, value) -> value instanceof String s ? beneath.localName(s) : value);
    }
    // Camel asks for each that a template requires; the route uses the map as a whole
    beneath
        .kinds()
        .get(channel.kind())
        .parameters()
        .forEach(p -> p.declaredKeys().forEach(key -> bound.put(key, "")));
    bound.put("channel", channel.id());
    bound.put("concurrency", channel.concurrency());
    bound.put("timeout", channel.timeout().toMillis());
    bound.put("longest", channel.timeout().multipliedBy(2).toMillis());
    bound.put(NAME, name);
    return bound;
  }

  private void add(Channel channel, String name, String step, Map<String, Object> bound) {
    TemplatedRouteBuilder route =
        TemplatedRouteBuilder.builder(camel, channel.kind() + "-" + step)
            .routeId(name + "-" + step)
            .prefixId(name + "-" + step + "-")
            .parameters(bound);
    running.add(route::add);
  }

  /** The old routes end what they have; those that take something in themselves stop that now. */
  private void retire(ChannelVersion version) {
    long leaseMillis =
        version.channel().timeout().multipliedBy(2).plus(RunningRoutes.STOP_WITHIN).toMillis();
    retired.put(
        version, remover.schedule(() -> remove(version), leaseMillis, TimeUnit.MILLISECONDS));
    remover.execute(() -> version.routeIds().forEach(this::stopIfItConsumes));
    version.retire(() -> remover.execute(() -> remove(version)));
  }

  private void stopIfItConsumes(String routeId) {
    Route route = camel.getRoute(routeId);
    if (route != null
        && !(route.getEndpoint() instanceof DirectEndpoint)
        && !(route.getEndpoint() instanceof ChannelWorkersEndpoint)) {
      running.stop(routeId);
    }
  }

  private void remove(ChannelVersion version) {
    Future<?> deadline = retired.get(version);
    if (deadline != null) {
      deadline.cancel(false);
      if (version.isInUse()) {
        LOG.warn("channel {}: calls through its old routes have not ended in time", version);
      }
      removeRoutes(version);
      retired.remove(version);
      LOG.debug("channel {}: its old routes are removed", version);
    }
  }

  private void removeRoutes(ChannelVersion version) {
    version.routeIds().forEach(running::remove);
    names.remove(version.name());
    OperatorRoutesVersion beneath = leading.remove(version);
    if (beneath != null) {
      beneath.end();
    }
  }

  /** Versions whose old routes are still there, because something uses them or they are leaving. */
  int retiring() {
    return retired.size();
  }

  /** Removes nothing more; what is left ends with Camel. */
  @Override
  public void close() {
    remover.shutdownNow();
  }
}
