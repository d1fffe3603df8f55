package org.intergov.outbound.api.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.intergov.outbound.message.MessagePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A path is read in one way by every server, or it is refused. */
class RequestPathTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/messages",
        "/messages/",
        "/channels/second/pause",
        "/observe/health/live",
        "/observe/jolokia/read/java.lang:type=Memory/HeapMemoryUsage",
        "/messages/AU:17",
        "/messages/AU%3A17/journal",
        "/messages/AU:a%2Fb%2Fc/journal",
        "/messages/AU:a%20b%23c%3F",
        "/messages/AU:%E5%85%AB",
        "/messages/AU:a.b..c...",
        "/messages/-",
        "/callbacks/gb-gw/0b0f6a"
      })
  void a_plain_path_is_taken(String path) {
    assertThatCode(() -> RequestPath.check(path, null)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/channels/second/../pacific/pause",
        "/channels/./second/pause",
        "/channels/second/pause/.",
        "/channels/second/..",
        "/..",
        "//channels",
        "/channels//second/pause",
        "/channels/second%2Fpause",
        "/channels/second%2fpause",
        "/callbacks/%2e%2e/messages",
        "/callbacks/%2E%2e/messages",
        "/callbacks/.%2e/messages",
        "/callbacks/..%2fmessages",
        "/callbacks/x%5c..%5cmessages",
        "/callbacks\\..\\messages",
        "/%6Dessages",
        "/m%65ssages",
        "/channels/%73econd/pause",
        "/channels/%61%62%7A",
        "/channels/a%2Db%5Fc%7Ed%30",
        "/observe/%68ealth",
        "/messages/..%2F..%2Fchannels",
        "/messages/AU:%2F..%2F..%2Fcallbacks%2Fx",
        "/messages/AU:a%2F%2Fb",
        "/messages/AU:a%2F.%2Fb/journal",
        "/messages/AU:a%5Cb",
        "/messages/AU:a/../b/journal",
        "/messages/au%3Aa%2Fb",
        "/messages/AU:a%",
        "/messages/AU:a%G1"
      })
  void what_another_server_could_read_as_another_path_is_refused(String path) {
    assertThatThrownBy(() -> RequestPath.check(path, null))
        .isInstanceOfSatisfying(ApiProblem.class, p -> assertThat(p.status()).isEqualTo(400));
  }

  @Test
  void a_query_may_have_every_escape_that_is_one() {
    assertThatCode(() -> RequestPath.check("/messages/-", "reference=AU:a%2F..%2F%61"))
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> RequestPath.check("/messages/-", "reference=AU:a%2"))
        .isInstanceOf(ApiProblem.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "AU:17",
        "AU:a/b c",
        "AU:a//b",
        "AU:/../../callbacks/x",
        "AU:..\\x",
        "AU:./a",
        "AU:a/.",
        "AU:~a*-_.+%2F&=#?",
        "AU:八\u0001\u202e"
      })
  void every_reference_has_a_path_that_is_taken(String reference) {
    for (String rest : new String[] {"", "/journal", "/replay"}) {
      String[] parts = MessagePath.of(reference, rest).split("\\?", 2);
      assertThatCode(() -> RequestPath.check(parts[0], parts.length == 1 ? null : parts[1]))
          .doesNotThrowAnyException();
      String escaped =
          parts.length == 1 ? parts[0].split("/")[2] : parts[1].substring("reference=".length());
      assertThat(RequestPath.decoded(escaped)).isEqualTo(reference);
    }
  }
}
