package org.intergov.outbound.channel.kafka;

import java.time.Duration;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.support.DefaultEndpoint;
import org.intergov.outbound.channel.ParameterMap;

/** One topic, with the clients that speak to it. */
public final class ChannelKafkaEndpoint extends DefaultEndpoint {
  private final String topic;

  private String brokers;
  private String securityProtocol = "PLAINTEXT";
  private String saslMechanism = "SCRAM-SHA-512";
  private ParameterMap auth;
  private ParameterMap tls;
  private String clientId = "intergov";
  private String keyBy = "subject";
  private long timeout = 15_000;
  private String group;

  ChannelKafkaEndpoint(String uri, ChannelKafkaComponent component, String topic) {
    super(uri, component);
    this.topic = topic;
  }

  @Override
  public Producer createProducer() {
    return new ChannelKafkaProducer(this);
  }

  @Override
  public Consumer createConsumer(Processor processor) {
    return new ChannelKafkaConsumer(this, processor);
  }

  @Override
  public boolean isSingletonProducer() {
    return true;
  }

  String group() {
    return group != null ? group : clientId;
  }

  String topic() {
    return topic;
  }

  Duration timeout() {
    return Duration.ofMillis(timeout);
  }

  KafkaConnection connection() {
    return new KafkaConnection(brokers, securityProtocol, saslMechanism, auth, tls);
  }

  public String getBrokers() {
    return brokers;
  }

  /** Some of the cluster's brokers, host:port with commas between. */
  public void setBrokers(String brokers) {
    this.brokers = brokers;
  }

  public String getSecurityProtocol() {
    return securityProtocol;
  }

  /** PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL. */
  public void setSecurityProtocol(String securityProtocol) {
    this.securityProtocol = securityProtocol;
  }

  public String getSaslMechanism() {
    return saslMechanism;
  }

  /** PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512. */
  public void setSaslMechanism(String saslMechanism) {
    this.saslMechanism = saslMechanism;
  }

  public ParameterMap getAuth() {
    return auth;
  }

  /** Username and password. */
  public void setAuth(ParameterMap auth) {
    this.auth = auth;
  }

  public ParameterMap getTls() {
    return tls;
  }

  /** Our certificate, and whose certificates we accept. */
  public void setTls(ParameterMap tls) {
    this.tls = tls;
  }

  public String getClientId() {
    return clientId;
  }

  /** What the brokers know this client by. */
  public void setClientId(String clientId) {
    this.clientId = clientId;
  }

  public String getKeyBy() {
    return keyBy;
  }

  /** The header whose value becomes the record's key: {@code subject} or {@code receiver}. */
  public void setKeyBy(String keyBy) {
    this.keyBy = keyBy;
  }

  public long getTimeout() {
    return timeout;
  }

  /**
   * Milliseconds from when Kafka's producer takes a record until it is acknowledged or given up.
   */
  public void setTimeout(long timeout) {
    this.timeout = timeout;
  }

  public String getGroup() {
    return group;
  }

  /** The consumer group, shared by the replicas; unset: named as the client. */
  public void setGroup(String group) {
    this.group = group;
  }
}
