package org.intergov.outbound.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"https://a.example", "HTTPS://a.example", "HttpS://a.example"})
  void a_scheme_in_any_case_is_the_same_scheme(String text) {
    assertThat(HttpAddress.read(text).orElseThrow().tls()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://a.example", "HTTP://a.example"})
  void plain_http_is_plain_in_any_case(String text) {
    assertThat(HttpAddress.read(text).orElseThrow().tls()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://under_score", "https://under_score:8443/x"})
  void a_host_may_have_an_underscore(String text) {
    assertThat(HttpAddress.read(text).orElseThrow().host()).isEqualTo("under_score");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ftp://a.example", "https://user@a.example", "https://a.example/#x", "//a"})
  void what_is_no_address_of_a_server_is_none(String text) {
    assertThat(HttpAddress.read(text)).isEmpty();
  }
}
