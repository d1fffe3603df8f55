package org.intergov.outbound.channel;

import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;

/** One step of one channel, such as {@code nz-post}, and how many threads it may take. */
public final class ChannelWorkersEndpoint extends DefaultEndpoint {
  private final String step;
  private int threads = 16;
  private long timeout = 15_000;
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
