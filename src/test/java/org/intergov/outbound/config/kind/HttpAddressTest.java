package org.intergov.outbound.config.kind;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpAddressTest {
  @ParameterizedTest
  @ValueSource(strings = {"https://a.example", "HTTPS://a.example", "HttpS://a.example"})
  void a_scheme_in_any_case_is_the_same_scheme(String text) {
    assertThat(HttpAddress.read(text).orElseThrow().tls()).isTrue();
    assertThat(HttpAddress.read(text).orElseThrow().scheme()).isEqualTo("https");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://a.example", "HTTP://a.example"})
  void plain_http_is_plain_in_any_case(String text) {
    assertThat(HttpAddress.read(text).orElseThrow().tls()).isFalse();
    assertThat(HttpAddress.read(text).orElseThrow().scheme()).isEqualTo("http");
  }

  @ParameterizedTest
  @CsvSource({
    "http://under_score, under_score:80",
    "http://under_score:, under_score:80",
    "https://under_score:8443/x, under_score:8443",
    "https://under_score, under_score:443",
    "http://a.example, a.example:80",
    "https://a.example, a.example:443",
    "https://a.example:1, a.example:1",
    "https://a.example:65535, a.example:65535",
    "'https://[::1]:8443/x', '[::1]:8443'",
    "'http://[fe80::1]', '[fe80::1]:80'"
  })
  void host_and_port_are_those_that_are_named_or_the_schemes_own(String text, String authority) {
    assertThat(HttpAddress.read(text).orElseThrow().authority()).isEqualTo(authority);
  }

  @Test
  void a_host_has_no_brackets() {
    assertThat(HttpAddress.read("http://[::1]:80").orElseThrow().host()).isEqualTo("::1");
  }

  @ParameterizedTest
  @CsvSource({
    "http://a.example, /",
    "http://a.example/, /",
    "http://a.example/b/c, /b/c",
    "http://a.example?d=e, /?d=e",
    "http://a.example/b?d=%20, /b?d=%20",
    "http://a.example/bü, /b%C3%BC"
  })
  void a_request_names_path_and_query(String text, String target) {
    assertThat(HttpAddress.read(text).orElseThrow().target()).isEqualTo(target);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ftp://a.example",
        "https://user@a.example",
        "https://user@under_score",
        "https://a.example/#x",
        "//a",
        "http:a",
        "http://a b",
        "http://a.example:0",
        "http://a.example:65536",
        "http://under_score:0",
        "http://under_score:65536"
      })
  void what_is_no_address_of_a_server_is_none(String text) {
    assertThat(HttpAddress.read(text)).isEmpty();
  }
}
