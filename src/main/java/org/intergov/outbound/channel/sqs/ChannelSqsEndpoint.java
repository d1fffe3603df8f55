package org.intergov.outbound.channel.sqs;

import java.time.Duration;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.intergov.outbound.channel.ParameterMap;

/** One queue, by its name or URL. */
public final class ChannelSqsEndpoint extends DefaultEndpoint {
  private final String queue;

  private String region = "";
  private String endpoint = "";
  private String profile = "";
  private ParameterMap auth;
  private String groupBy = "subject";
  private long timeout = 15_000;
  private int concurrency = 16;

  ChannelSqsEndpoint(String uri, ChannelSqsComponent component, String queue) {
    super(uri, component);
    this.queue = queue;
  }

  @Override
  public Producer createProducer() {
    return new ChannelSqsProducer(this);
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    return new ChannelSqsConsumer(this, processor);
  }

  @Override
  public boolean isSingletonProducer() {
    return true;
  }

  String queue() {
    return queue;
  }

  Duration timeout() {
    return Duration.ofMillis(timeout);
  }

  SqsConnection connection() {
    return new SqsConnection(queue, region, endpoint, profile, auth);
  }

  public String getRegion() {
    return region;
  }

  /** Such as eu-west-2; empty: that of the queue's URL, of the environment or of the profile. */
  public void setRegion(String region) {
    this.region = region;
  }

  public String getEndpoint() {
    return endpoint;
  }

  /** URL of a server that is not AWS; empty: AWS, or the server of the queue's URL. */
  public void setEndpoint(String endpoint) {
    this.endpoint = endpoint;
  }

  public String getProfile() {
    return profile;
  }

  /** A profile of the shared AWS files; empty: credentials are found by the default chain. */
  public void setProfile(String profile) {
    this.profile = profile;
  }

  public ParameterMap getAuth() {
    return auth;
  }

  /** Static keys. */
  public void setAuth(ParameterMap auth) {
    this.auth = auth;
  }

  public String getGroupBy() {
    return groupBy;
  }

  /** The header that names a FIFO queue's message group: {@code subject} or {@code receiver}. */
  public void setGroupBy(String groupBy) {
    this.groupBy = groupBy;
  }

  public long getTimeout() {
    return timeout;
  }

  /** Milliseconds for a call. */
  public void setTimeout(long timeout) {
    this.timeout = timeout;
  }

  public int getConcurrency() {
    return concurrency;
  }

  /** Producer: messages in flight at most. Consumer: how many threads read. */
  public void setConcurrency(int concurrency) {
    this.concurrency = concurrency;
  }
}
