package org.intergov.outbound.channel.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.config.kind.HttpAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a page of statuses says, and where the next one is. */
class StatusPageTest {
  private static final HttpAddress ASKED =
      HttpAddress.read("https://channel.example/api/messages").orElseThrow();

  private static Map<String, String> read(String body) throws ChannelException {
    return StatusPage.read(new JsonFactory(), body);
  }

  @Test
  void a_list_or_a_map_that_has_it_is_a_page() throws Exception {
    String list =
        """
        [{"id": 17, "status": "confirmed", "x": {"id": 1}}, {"status": "received"}, 5, null, [],
         {"id": "a", "status": "received"}, {"id": "b"}, {"id": "c", "status": 1},
         {"id": "a", "status": "revoked"}]
        """;
    Map<String, String> statuses = Map.of("17", "confirmed", "a", "revoked");

    assertThat(read(list)).isEqualTo(statuses);
    assertThat(read("{\"next\": {\"messages\": 1}, \"messages\": " + list + "}"))
        .isEqualTo(statuses);
    assertThat(read("[]")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nothing",
        "{}",
        "{\"messages\": {}}",
        "17",
        "[",
        "[{\"id\": 1",
        "[{\"id\": 1}",
        "{",
        "\"messages\""
      })
  void anything_else_is_none(String body) {
    assertThatThrownBy(() -> read(body)).isInstanceOf(ChannelException.Refused.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<https://channel.example/api/messages?page=2>; rel=\"next\"|page=2",
        "<?page=2&x=%20>; rel=next|page=2&x=%20",
        "</api/messages?a>; title=\"x\"; rel=\"next\"|a",
        "<?p=1>; rel=\"prev\", <?p=3>; rel=\"next\"|p=3",
        "<?p=1>; rel=\"prev\"|",
        "<?p=1>; rel=\"NEXT\"|p=1",
        "<?p=1>; Rel=next|p=1",
        "<?p=1>; REL=\"last Next\"|p=1",
        "<?p=1>; rel=\"next last\"; title=\"a, b\"|p=1",
        "<?p=1>; title=\"rel=next\"|",
        "<?p=1>; title=\"a\\\"; rel=next\"|",
        "<?p=1>; rel=nextish, <?p=2> ; rel = next|p=2",
        "<?p=1>;rel=prev;rel=next|",
        ",, <?p=4>; rel=next|p=4",
        "nonsense|"
      })
  void the_next_page_is_at_the_same_address(String link, String query) throws Exception {
    assertThat(NextPage.query(ASKED, List.of(link))).isEqualTo(query);
  }

  @Test
  void it_may_be_in_any_of_several_lines() throws Exception {
    assertThat(NextPage.query(ASKED, List.of("<?p=1>; rel=prev", "<?p=3>; rel=next")))
        .isEqualTo("p=3");
    assertThat(NextPage.query(ASKED, List.of())).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://evil.example/api/messages?p=2",
        "http://channel.example/api/messages?p=2",
        "https://channel.example:8443/api/messages?p=2",
        "https://user@channel.example/api/messages?p=2",
        "/admin?p=2",
        "//evil.example/api/messages?p=2",
        "/api/messages",
        "?a b",
        "?a\u0007"
      })
  void no_other_address_is_asked(String target) {
    assertThatThrownBy(() -> NextPage.query(ASKED, List.of("<" + target + ">; rel=\"next\"")))
        .isInstanceOf(ChannelException.Refused.class);
  }
}
