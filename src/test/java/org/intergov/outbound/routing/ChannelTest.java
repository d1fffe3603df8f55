package org.intergov.outbound.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.config.channels.Tables.entry;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an entry of the table tells of itself, and what it keeps to itself. */
class ChannelTest {
  private static final Map<String, KindDescription> KINDS =
      Map.of(
          "shop",
          new KindDescription(
              "shop",
              false,
              List.of(
                  text("url"),
                  text("api-key"),
                  text("token"),
                  text("status-batch"),
                  new Parameter(
                      "websub",
                      null,
                      false,
                      null,
                      List.of(),
                      Map.of("", List.of(text("callback-url"), text("secret")))))));

  @TempDir Path folder;

  private static Parameter text(String name) {
    return new Parameter(name, null, false, null);
  }

  private Channel channel(String parameters) throws InvalidChannelsException {
    return Tables.only(folder, entry("shop", "parameters: { " + parameters + " }"), KINDS);
  }

  @Test
  void what_may_be_a_secret_is_hidden_as_it_is_and_as_a_url_has_it() throws Exception {
    Channel channel =
        channel(
            "url: a.example, api-key: 'p&s s', token: '', websub: { secret: '{{env:SECRET}}' }");

    assertThat(channel.withoutSecrets("no p&s s at a.example?k=p%26s+s, hunter2"))
        .isEqualTo("no *** at a.example?k=***, ***");
    assertThat(channel.withoutSecrets("nothing to hide")).isEqualTo("nothing to hide");
    assertThat(channel.toString())
        .contains("channel a (kind shop, match", "receiver: SG", "api-key", "websub.secret")
        .doesNotContain("p&s", "hunter2");
  }

  @Test
  void parameters_say_whether_it_is_asked_for_changes_and_calls_back() throws Exception {
    Channel plain = channel("url: a.example");
    assertThat(plain.tellsChanges()).isFalse();
    assertThat(plain.callsBack()).isFalse();

    assertThat(channel("status-batch: ids").tellsChanges()).isFalse();
    assertThat(channel("status-batch: updated-since").tellsChanges()).isTrue();
    assertThat(channel("websub: { callback-url: 'https://gateway.example' }").callsBack()).isTrue();
    assertThat(channel("websub: { secret: '{{env:SECRET}}' }").callsBack()).isFalse();
  }
}
