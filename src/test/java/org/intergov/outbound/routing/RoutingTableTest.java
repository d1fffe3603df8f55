package org.intergov.outbound.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.intergov.outbound.config.channels.Tables.message;
import static org.intergov.outbound.config.channels.Tables.table;
import static org.intergov.outbound.config.channels.Tables.to;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.intergov.outbound.config.Problem;
import org.intergov.outbound.config.Severity;
import org.intergov.outbound.config.channels.Loaded;
import org.intergov.outbound.config.channels.Tables;
import org.intergov.outbound.message.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutingTableTest {

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ receiver: SG }                              | true",
        "{ receiver: GB }                              | false",
        "{ receiver: [GB, SG] }                        | true",
        "{ receiver: '*' }                             | true",
        "{ sender: AU }                                | true",
        "{ sender: [AU, GB], receiver: '*' }           | true",
        "{ predicate: UN.CEFACT.Trade.created }        | true",
        "{ predicate: UN.CEFACT.Trade }                | false",
        "{ predicate: un.cefact.* }                    | false",
        "{ predicate: UN.CEFACT.* }                    | true",
        "{ predicate: UN.CEF.* }                       | false",
        "{ predicate: UN.CEFACT.Trade.created.* }      | false",
        "{ predicate: [X.*, UN.*] }                    | true",
        "{ subject: AU.abn1.* }                        | true",
        "{ subject: AU.abn.* }                         | false",
        "{ obj: QmHash }                               | true",
        "{ receiver: SG, predicate: UN.*, obj: Qm }    | false",
        "{ receiver: SG, predicate: UN.*, obj: QmHash } | true",
        "{ sender_ref: batch.7.ref }                   | true",
        "{ sender_ref: [other, batch.7.*] }            | true",
        "{ sender_ref: batch.* }                       | true",
        "{ sender_ref: bat.* }                         | false",
        "{ size: { at-most: 200B } }                   | true",
        "{ size: { at-most: 64kB } }                   | true",
        "{ size: { at-most: 80B } }                    | false",
        "{ size: { more-than: 80B } }                  | true",
        "{ size: { more-than: 80B, at-most: 1kB } }    | true",
        "{ receiver: GB, size: { at-most: 64kB } }     | false"
      })
  void every_field_of_a_match_must_match(String match, boolean carried) throws Exception {
    RoutingTable table = table(folder, "a | match: " + match);

    Routing routing = table.route(to("SG"), List.of());

    assertThat(routing.channel().isPresent()).isEqualTo(carried);
    assertThat(routing.matchedAny()).isEqualTo(carried);
  }

  @Test
  void norway_is_a_country() throws Exception {
    assertThat(table(folder, "a | match: { receiver: NO }").route(to("NO"), List.of()).channel())
        .isPresent();
  }

  @Test
  void the_first_that_matches_carries_the_message() throws Exception {
    RoutingTable table =
        table(
            folder,
            "any | match: { predicate: X.* }",
            "first | match: { receiver: SG }",
            "fallback | match: { receiver: SG }",
            "last | match: { receiver: '*' }");

    assertThat(table.next(to("SG"), List.of())).map(Channel::id).contains("first");
    assertThat(table.next(to("SG"), List.of("first"))).map(Channel::id).contains("fallback");
    assertThat(table.next(to("SG"), Set.of("first", "fallback", "gone")))
        .map(Channel::id)
        .contains("last");
    assertThat(table.next(to("SG"), Set.of("first", "fallback", "last"))).isEmpty();
    assertThat(table.next(to("FR"), List.of())).map(Channel::id).contains("last");
  }

  @Test
  void entries_that_screen_the_message_are_listed_up_to_the_one_that_carries_it() throws Exception {
    RoutingTable table =
        table(
            folder,
            "one | match: { receiver: SG }, screen: { deny: { subject: AU.abn1.* } }",
            "other | match: { receiver: GB }",
            "two | match: { receiver: SG }, screen: { allow: [ { predicate: X.* }, { obj: o } ] }",
            "three | match: { receiver: SG }",
            "four | match: { receiver: SG }, screen: { deny: [ { obj: QmHash } ] }");

    Routing routing = table.route(to("SG"), List.of());

    assertThat(routing.channel()).map(Channel::id).contains("three");
    assertThat(routing.screened())
        .extracting(s -> s.channel().id() + ": " + s.rule())
        .containsExactly(
            "one: deny { subject: AU.abn1.* }", "two: allow only { predicate: X.* } or { obj: o }");
  }

  @Test
  void screens_that_have_refused_already_are_not_repeated() throws Exception {
    RoutingTable table =
        table(
            folder,
            "one | match: { receiver: SG }, screen: { deny: { subject: AU.abn1.* } }",
            "two | match: { receiver: SG }, screen: { deny: { subject: AU.abn1.* } }");

    Routing routing = table.route(to("SG"), List.of("one"));

    assertThat(routing.channel()).isEmpty();
    assertThat(routing.matchedAny()).isTrue();
    assertThat(routing.screened()).extracting(s -> s.channel().id()).containsExactly("two");
  }

  @Test
  void a_message_refused_by_all_that_match_is_told_from_one_without_a_route() throws Exception {
    RoutingTable table = table(folder, "one | match: { receiver: SG }");

    assertThat(table.route(to("SG"), List.of("one")).matchedAny()).isTrue();
    assertThat(table.route(to("FR"), List.of("one")).matchedAny()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ deny: { subject: AU.abn1.* } }                                     | false",
        "{ deny: { subject: AU.abn1.*, obj: other } }                         | true",
        "{ deny: [ { obj: other }, { obj: QmHash } ] }                        | false",
        "{ allow: { predicate: UN.* } }                                       | true",
        "{ allow: { predicate: X.* } }                                        | false",
        "{ allow: [ { predicate: X.* }, { predicate: UN.* } ] }               | true",
        "{ allow: { predicate: UN.* }, deny: { obj: QmHash } }                | false",
        "{ allow: { predicate: UN.* }, deny: { obj: other } }                 | true",
        "{ deny: { sender_ref: batch.* } }                                    | false",
        "{ deny: { size: { more-than: 80B } } }                               | false",
        "{ deny: { size: { more-than: 1kB } } }                               | true",
        "{ allow: { size: { at-most: 80B } } }                                | false",
        "{ allow: [ { size: { at-most: 80B } }, { predicate: UN.* } ] }       | true"
      })
  void a_screen_denies_and_allows(String screen, boolean carried) throws Exception {
    RoutingTable table = table(folder, "a | match: { receiver: SG }, screen: " + screen);

    assertThat(table.route(to("SG"), List.of()).channel().isPresent()).isEqualTo(carried);
  }

  @Test
  void an_explanation_says_what_becomes_of_every_entry() throws Exception {
    RoutingTable table =
        table(
            folder,
            "fr | match: { receiver: FR }",
            "screened | match: { receiver: SG }, screen: { deny: { subject: AU.* } }",
            "carrier | match: { receiver: SG, predicate: UN.* }",
            "narrow | match: { receiver: SG, predicate: [X.*, Y] }",
            "second | match: { receiver: '*' }",
            "third | match: { sender: AU }");

    Explanation explanation = table.explain(to("SG"));

    assertThat(explanation.channel()).map(Channel::id).contains("carrier");
    assertThat(explanation.entries())
        .extracting(e -> e.channel() + " " + e.verdict() + " " + e.reason())
        .containsExactly(
            "fr NO_MATCH receiver is \"SG\", this entry takes FR",
            "screened SCREENED screened: deny { subject: AU.* }",
            "carrier CARRIES carries the message: the first that matches and does not screen it",
            "narrow NO_MATCH predicate is \"UN.CEFACT.Trade.created\", this entry takes [Y, X.*]",
            "second WOULD_BE_NEXT would be next: number 2 in failover order",
            "third WOULD_BE_NEXT would be next: number 3 in failover order");
  }

  @Test
  void an_explanation_tells_of_size_and_sender_ref() throws Exception {
    RoutingTable table =
        table(
            folder,
            "small | match: { receiver: SG, size: { at-most: 80B } }",
            "batch | match: { receiver: SG, sender_ref: night.* }",
            "screens | match: { receiver: SG }, screen: { deny: { size: { more-than: 80B } } }");
    int bytes = to("SG").channelJson().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;

    assertThat(table.explain(to("SG")).entries())
        .extracting(Explanation.Entry::reason)
        .containsExactly(
            "size is " + bytes + "B, this entry takes at-most: 80B",
            "sender_ref is \"batch.7.ref\", this entry takes night.*",
            "screened: deny { size: { more-than: 80B } }");
  }

  @Test
  void outside_its_time_an_entry_is_passed_over() throws Exception {
    RoutingTable table =
        Tables.table(
            folder,
            Clock.fixed(Instant.parse("2026-06-01T00:00:00Z"), ZoneOffset.UTC),
            "over | match: { receiver: SG }, active: { until: '2026-06-01T10:00:00+10:00' }",
            "later | match: { receiver: SG }, active: { from: 2026-06-02T00:00Z }",
            "now | match: { receiver: SG }, active: { from: 2026-06-01T00:00Z, until: 2027-01-01T00:00:00Z }",
            "always | match: { receiver: SG }");

    Routing routing = table.route(to("SG"), List.of());
    assertThat(routing.channel()).map(Channel::id).contains("now");
    assertThat(routing.inactive()).extracting(Channel::id).containsExactly("over", "later");
    assertThat(table.carriers(to("SG"), List.of()))
        .extracting(Channel::id)
        .containsExactly("now", "always");
    assertThat(table.route(to("SG"), List.of(), Instant.parse("2026-06-02T00:00:00Z")).channel())
        .map(Channel::id)
        .contains("later");
    assertThat(table.whyNot("over")).contains("is no longer active since 2026-06-01T00:00:00Z");
    assertThat(table.whyNot("later")).contains("is not active before 2026-06-02T00:00:00Z");
    assertThat(table.whyNot("now")).isEmpty();
    assertThat(table.whyNot("unheard-of")).contains("is gone");
    assertThat(table.explain(to("SG")).entries())
        .extracting(e -> e.verdict() + " " + e.reason())
        .startsWith(
            "INACTIVE no longer active since 2026-06-01T00:00:00Z",
            "INACTIVE not active before 2026-06-02T00:00:00Z");
  }

  @Test
  void a_message_that_only_inactive_entries_match_has_no_route() throws Exception {
    RoutingTable table =
        table(folder, "over | match: { receiver: SG }, active: { until: 2020-01-01T00:00:00Z }");

    Routing routing = table.route(to("SG"), List.of());

    assertThat(routing.channel()).isEmpty();
    assertThat(routing.matchedAny()).isFalse();
    assertThat(routing.inactive()).hasSize(1);
  }

  @Test
  void a_channel_in_maintenance_carries_the_message_which_waits() throws Exception {
    RoutingTable table =
        table(
            folder,
            "a | match: { receiver: SG }, maintenance: { from: Sun 02:00, until: Sun 04:00, zone: Australia/Sydney }",
            "b | match: { receiver: SG }");
    Instant inside = Instant.parse("2026-06-06T17:00:00Z");

    Explanation explanation = table.explain(to("SG"), inside);

    assertThat(explanation.channel()).map(Channel::id).contains("a");
    assertThat(explanation.entries().get(0).reason())
        .endsWith("; waits: maintenance until 2026-06-06T18:00:00Z");
    assertThat(explanation.entries().get(0).waitsUntil())
        .contains(Instant.parse("2026-06-06T18:00:00Z"));
    assertThat(explanation.entries().get(1).waitsUntil()).isEmpty();
    assertThat(table.explain(to("SG"), inside.plusSeconds(3600)).entries().get(0).waitsUntil())
        .isEmpty();
  }

  @Test
  void the_index_finds_what_a_walk_through_the_table_finds() throws Exception {
    Random random = new Random(3);
    String[] receivers = {"SG", "GB", "[SG, FR]", "'*'", "NZ"};
    String[] predicates = {"UN.*", "'*'", "X.Y", "UN.CEFACT.*"};
    String[] entries = new String[1_000];
    for (int i = 0; i < entries.length; i++) {
      entries[i] =
          "c%d | match: { receiver: %s, predicate: %s }"
              .formatted(
                  i,
                  receivers[random.nextInt(receivers.length)],
                  predicates[random.nextInt(predicates.length)]);
    }
    RoutingTable table = table(folder, entries);

    for (String receiver : List.of("SG", "GB", "FR", "NZ", "US")) {
      for (String predicate : List.of("UN.a", "X.Y", "Z")) {
        Message m = message(receiver, "s", predicate);
        List<String> walked =
            table.channels().stream().filter(c -> c.match().matches(m)).map(Channel::id).toList();
        for (int k = 0; k < Math.min(5, walked.size()); k++) {
          assertThat(table.next(m, walked.subList(0, k))).map(Channel::id).contains(walked.get(k));
        }
        assertThat(table.next(m, Set.copyOf(walked))).isEmpty();
      }
    }
  }

  @Test
  void it_goes_by_the_clock_that_it_is_given() throws Exception {
    Instant now = Instant.parse("2026-06-01T12:00:00Z");
    RoutingTable table =
        table(folder, Clock.fixed(now, ZoneOffset.UTC), "a | match: { receiver: SG }");

    assertThat(table.now()).isEqualTo(now);
  }

  @Test
  void warnings_from_elsewhere_come_first() throws Exception {
    Path file = folder.resolve("channels.yaml");
    Problem own = new Problem(Severity.WARNING, file, 3, "a", "b", "c");
    Problem other = new Problem(Severity.WARNING, folder, 9, "d", "e", "f");
    RoutingTable table = table(folder, "a | match: { receiver: SG }");

    Loaded loaded = new Loaded(table, List.of(own)).after(List.of(other));

    assertThat(loaded.table()).isSameAs(table);
    assertThat(loaded.warnings()).containsExactly(other, own);
  }

  @Test
  void channels_are_found_by_id_and_listed_in_order() throws Exception {
    RoutingTable table =
        table(folder, "b | match: { receiver: SG }", "a | match: { receiver: SG }");

    assertThat(table.channels()).extracting(Channel::id).containsExactly("b", "a");
    assertThat(table.channel("a")).isPresent();
    assertThat(table.channel("c")).isEmpty();
  }
}
