package org.intergov.outbound.channel;

import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/** Starts one step of one channel, such as {@code nz-post}, on threads of its own. */
@UriEndpoint(
    firstVersion = "1.0.0",
    scheme = ChannelWorkersComponent.SCHEME,
    title = "Channel workers",
    syntax = "channel-workers:step",
    consumerOnly = true,
    category = Category.CORE)
public final class ChannelWorkersEndpoint extends DefaultEndpoint {
  @UriPath(description = "The step of the channel, such as nz-post")
  @Metadata(required = true)
  private final String step;

  @UriParam(defaultValue = "16", description = "Threads at most; they come with the work")
  private int threads = 16;

  @UriParam(
      defaultValue = "15000",
      description = "Milliseconds from the hand-over to the route's end")
  private long timeout = 15_000;

  @UriParam(
      label = "security",
      description = "What is left out of the words of a failure: a reference")
  private ChannelSecrets secrets = ChannelSecrets.NONE;

  ChannelWorkersEndpoint(String uri, ChannelWorkersComponent component, String step) {
    super(uri, component);
    this.step = step;
  }

  @Override
  public Producer createProducer() {
    throw new IllegalArgumentException("channel-workers can only start a channel route");
  }

  @Override
  public Consumer createConsumer(Processor route) {
    return new ChannelWorkers(this, route);
  }

  String step() {
    return step;
  }

  public int getThreads() {
    return threads;
  }

  /** Threads at most; a lane's concurrency. They come with the work and go without it. */
  public void setThreads(int threads) {
    this.threads = threads;
  }

  public ChannelSecrets getSecrets() {
    return secrets;
  }

  /** What is left out of the words of a failure. */
  public void setSecrets(ChannelSecrets secrets) {
    this.secrets = secrets;
  }

  public long getTimeout() {
    return timeout;
  }

  /** Milliseconds from the hand-over to the route's end. */
  public void setTimeout(long timeout) {
    this.timeout = timeout;
  }
}
