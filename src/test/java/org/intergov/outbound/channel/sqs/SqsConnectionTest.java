package org.intergov.outbound.channel.sqs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which region a request to a queue is signed for. */
class SqsConnectionTest {

  @ParameterizedTest
  @CsvSource({
    "https://sqs.ap-southeast-2.amazonaws.com/123456789012/au, ap-southeast-2",
    "https://sqs.cn-northwest-1.amazonaws.com.cn/123456789012/au, cn-northwest-1",
    "https://sqs.us-gov-west-1.amazonaws.com/123456789012/au, us-gov-west-1",
    "https://sqs-fips.us-east-2.amazonaws.com/123456789012/au.fifo, us-east-2",
    "https://sqs.ca-central-1.api.aws/123456789012/au, ca-central-1",
    "https://vpce-0a1b2c-3d4e.sqs.eu-central-1.vpce.amazonaws.com/123456789012/au, eu-central-1",
    "https://vpce-0a1b2c-3d4e-eu-north-1b.sqs.eu-north-1.vpce.amazonaws.com/12/au, eu-north-1",
    "https://sa-east-1.queue.amazonaws.com/123456789012/au, sa-east-1"
  })
  void the_region_is_that_of_the_queues_url_or_of_the_endpoint(String url, String region) {
    assertThat(new SqsConnection(url, "", "", "", null).regionOrFound().id()).isEqualTo(region);
    assertThat(new SqsConnection("au", "", url, "", null).regionOrFound().id()).isEqualTo(region);
    assertThat(new SqsConnection(url, "af-south-1", "", "", null).regionOrFound().id())
        .isEqualTo("af-south-1");
  }

  @Test
  void a_server_that_is_not_aws_has_the_region_of_the_environment_or_any() {
    SqsConnection other = new SqsConnection("au", "", "http://127.0.0.1:9324", "none", null);
    assertThat(other.regionOrFound().id()).isEqualTo("us-east-1");
    System.setProperty("aws.region", "eu-west-3");
    try {
      assertThat(other.regionOrFound().id()).isEqualTo("eu-west-3");
    } finally {
      System.clearProperty("aws.region");
    }
  }
}
