package org.intergov.outbound.channel.kafka;

import org.intergov.outbound.channel.ParameterMap;

/**
 * How to reach a Kafka cluster. Printed, it tells no secret.
 *
 * @param brokers some of its brokers, host:port with commas between
 * @param securityProtocol PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
 * @param saslMechanism PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
 * @param auth {@code username} and {@code password}; or null
 * @param tls as for channels of kind {@code http}; or null
 */
public record KafkaConnection(
    String brokers,
    String securityProtocol,
    String saslMechanism,
    ParameterMap auth,
    ParameterMap tls) {}
