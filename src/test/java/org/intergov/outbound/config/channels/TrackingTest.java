package org.intergov.outbound.config.channels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.config.channels.Tables.entry;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.intergov.outbound.config.kind.KindDescription;
import org.intergov.outbound.config.kind.KindDescription.Parameter;
import org.intergov.outbound.routing.Tracking;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How a channel tells what became of its deliveries follows from its kind and its parameters. */
class TrackingTest {
  private static final Parameter STATUS =
      new Parameter("status", null, false, null, List.of(), Map.of("", List.of(text("url"))));

  private static final List<Parameter> RECEIPTS = List.of(text("inbox"), text("reader"));

  private static final Map<String, KindDescription> KINDS =
      Map.of(
          "mute", new KindDescription("mute", false, List.of(text("x"))),
          "asked", new KindDescription("asked", true, List.of(text("x"))),
          "askable", new KindDescription("askable", true, List.of(text("x"), STATUS)),
          "always",
              new KindDescription(
                  "always",
                  true,
                  List.of(text("x"), new Parameter("status", null, false, "plain"))),
          "told",
              new KindDescription("told", false, Optional.of(Set.of("inbox", "reader")), RECEIPTS));

  @TempDir Path folder;

  private static Parameter text(String name) {
    return new Parameter(name, null, false, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mute    | { x: a }                       | false | false",
        "asked   | { x: a }                       | true  | false",
        "askable | { x: a }                       | false | false",
        "askable | { status: { url: u } }         | true  | false",
        "always  | { x: a }                       | true  | false",
        "told    | {}                             | false | false",
        "told    | { inbox: i, reader: r }        | false | true"
      })
  void a_channel_is_asked_or_tells_by_itself(
      String kind, String parameters, boolean asked, boolean receipts) throws Exception {
    Tracking tracking =
        Tables.only(folder, entry(kind, "parameters: " + parameters), KINDS).tracking();

    assertThat(tracking).isEqualTo(new Tracking(asked, receipts));
    assertThat(tracking.none()).isEqualTo(!asked && !receipts);
  }

  @Test
  void receipts_are_turned_on_by_all_of_their_parameters_or_none() {
    assertThat(Tables.told(folder, entry("told", "parameters: { inbox: i }"), KINDS))
        .containsExactly(
            ":5: channels[0].parameters.reader: found nothing, expected a value; receipts of kind"
                + " told require reader");
    assertThat(Tables.told(folder, entry("told", "parameters: { reader: r }"), KINDS))
        .containsExactly(
            ":5: channels[0].parameters.inbox: found nothing, expected a value; receipts of kind"
                + " told require inbox");
  }
}
