package org.intergov.outbound.channel.sqs;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.intergov.outbound.channel.ParameterMap;
import org.intergov.outbound.config.kind.HttpAddress;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.AwsSessionCredentials;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.apache.ApacheHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.AwsProfileRegionProvider;
import software.amazon.awssdk.regions.providers.AwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;
import software.amazon.awssdk.regions.providers.SystemSettingsRegionProvider;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * How to reach a queue. Printed, it tells no secret.
 *
 * @param queue its name, or its URL
 * @param region empty: that of the queue's URL or of the endpoint, else that of the environment or
 *     the profile
 * @param endpoint of a server other than AWS; empty: AWS, or the server of the queue's URL
 * @param profile in the shared files of AWS; empty: the default chain (environment, files,
 *     container, instance)
 * @param auth {@code access-key-id}, {@code secret-access-key} and perhaps {@code session-token};
 *     or null: found by the profile or the default chain
 */
public record SqsConnection(
    String queue, String region, String endpoint, String profile, ParameterMap auth) {
  /** The usual host of AWS, that of a VPC, of FIPS, of both kinds of addresses, and one of old. */
  private static final Pattern NAMES_REGION =
      Pattern.compile(
          "(?:(?:.*\\.)?sqs(?:-fips)?\\.(?<region>REGION)\\..*|(?<old>REGION)\\.queue\\..*)"
              .replace("REGION", "[a-z]{2,}(?:-[a-z]+)+-[0-9]+"));

  /** Where the SDK goes to by itself. */
  private static final Pattern USUAL =
      Pattern.compile("sqs\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?");

  /** A server that is not AWS has no regions, but a signature names one. */
  private static final Region ANY = Region.US_EAST_1;

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** A long poll is quiet for as long as this, and no connection is idle for longer. */
  private static final Duration QUIET = Duration.ofSeconds(60);

  private static final Duration IDLE = Duration.ofSeconds(10);

  /** The queue's name, also where its URL is given. */
  public String queueName() {
    return queue.substring(queue.lastIndexOf('/') + 1);
  }

  boolean isUrl() {
    return HttpAddress.read(queue).isPresent();
  }

  boolean isFifo() {
    return queue.endsWith(".fifo");
  }

  /**
   * The HTTP client of {@link #open}. A connection is given up before a call is, so that nothing
   * that was never sent looks as if it might have been.
   */
  WatchedHttpClient http(Duration timeout, int connections) {
    Duration connect = timeout.dividedBy(2).compareTo(CONNECT) < 0 ? timeout.dividedBy(2) : CONNECT;
    return new WatchedHttpClient(
        ApacheHttpClient.builder()
            .maxConnections(connections)
            .connectionTimeout(connect)
            .connectionAcquisitionTimeout(connect)
            .socketTimeout(QUIET)
            .connectionMaxIdleTime(IDLE)
            .useIdleConnectionReaper(false)
            .build());
  }

  /**
   * A client that makes each call once: what is tried again is decided by the delivery's rules.
   *
   * @param timeout of a call
   * @throws software.amazon.awssdk.core.exception.SdkClientException if there is no region
   */
  SqsClient open(WatchedHttpClient http, Duration timeout) {
    var builder =
        SqsClient.builder()
            .credentialsProvider(credentials())
            .region(regionOrFound())
            .httpClient(http)
            .overrideConfiguration(
                o -> o.retryStrategy(AwsRetryStrategy.doNotRetry()).apiCallTimeout(timeout));
    return server().map(s -> builder.endpointOverride(s)).orElse(builder).build();
  }

  /** Other than where the SDK goes to by itself. */
  private Optional<URI> server() {
    if (!endpoint.isEmpty()) {
      return Optional.of(URI.create(endpoint));
    }
    return isUrl() && !USUAL.matcher(host()).matches()
        ? Optional.of(URI.create(queue).resolve("/"))
        : Optional.empty();
  }

  /** Of the queue's URL, else of the endpoint; empty: neither is given. */
  private String host() {
    String address = isUrl() ? queue : endpoint;
    String host = address.isEmpty() ? null : URI.create(address).getHost();
    return host == null ? "" : host.toLowerCase(Locale.ROOT);
  }

  /**
   * The one that is given; that of the host; that of the environment or the profile; for a server
   * that is not AWS, any.
   */
  Region regionOrFound() {
    if (!region.isEmpty()) {
      return Region.of(region);
    }
    Matcher named = NAMES_REGION.matcher(host());
    if (named.matches()) {
      return Region.of(named.group("region") != null ? named.group("region") : named.group("old"));
    }
    if (server().isEmpty()) {
      var chain = DefaultAwsRegionProviderChain.builder();
      return (profile.isEmpty() ? chain : chain.profileName(profile)).build().getRegion();
    }
    try {
      return new AwsRegionProviderChain(
              new SystemSettingsRegionProvider(),
              profile.isEmpty()
                  ? new AwsProfileRegionProvider()
                  : new AwsProfileRegionProvider(null, profile))
          .getRegion();
    } catch (SdkClientException e) {
      return ANY;
    }
  }

  private AwsCredentialsProvider credentials() {
    if (auth != null && auth.find("access-key-id").isPresent()) {
      String id = auth.get("access-key-id");
      String secret = auth.get("secret-access-key");
      return StaticCredentialsProvider.create(
          auth.find("session-token").isPresent()
              ? AwsSessionCredentials.create(id, secret, auth.get("session-token"))
              : AwsBasicCredentials.create(id, secret));
    }
    return profile.isEmpty()
        ? DefaultCredentialsProvider.builder().build()
        : ProfileCredentialsProvider.create(profile);
  }
}
