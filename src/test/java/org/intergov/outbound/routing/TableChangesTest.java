package org.intergov.outbound.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.Tables;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an edit comes to, channel by channel. */
class TableChangesTest {
  @TempDir Path folder;

  private TableChanges changes(String[] before, String... after) throws InvalidChannelsException {
    return TableChanges.between(Tables.table(folder, before), Tables.table(folder, after));
  }

  private static String[] before(String... entries) {
    return entries;
  }

  @Test
  void the_same_table_changes_nothing() throws InvalidChannelsException {
    TableChanges changes =
        changes(before("a | match: { receiver: SG }"), "a | match: { receiver: SG }");
    assertThat(changes.isEmpty()).isTrue();
    assertThat(changes).hasToString("no channel differs");
  }

  @Test
  void added_changed_and_removed_channels_are_named_in_order() throws InvalidChannelsException {
    TableChanges changes =
        changes(
            before("a | match: { receiver: SG }", "b | match: { receiver: GB }"),
            "c | match: { receiver: FR }",
            "a | match: { receiver: [SG, NZ] }",
            "d | match: { receiver: DE }");
    assertThat(changes).hasToString("added c, d; changed a; removed b");
  }

  @Test
  void what_decides_about_messages_needs_no_new_routes() throws InvalidChannelsException {
    TableChanges changes =
        changes(
            before("a | match: { receiver: SG }"),
            "a | match: { receiver: GB }, screen: { deny: [ { subject: AU.x } ] },"
                + " retry: { attempts: 9 }, poll: { every: 5s }, on-unknown: hold,"
                + " on-revoked: reject, description: other");
    assertThat(changes.changed()).containsExactly("a");
    assertThat(changes.newRoutes()).isEmpty();
  }

  @Test
  void what_routes_are_made_from_needs_new_ones() throws InvalidChannelsException {
    for (String other :
        new String[] {"concurrency: 3", "timeout: 3s", "parameters: { queue: other }"}) {
      String entry = "a | match: { receiver: SG }";
      RoutingTable after =
          Tables.load(
                  folder,
                  "channels:\n  - { id: a, kind: sqs, match: { receiver: SG }, "
                      + (other.startsWith("p") ? other : "parameters: { queue: q }, " + other)
                      + " }\n")
              .table();
      TableChanges changes = TableChanges.between(Tables.table(folder, entry), after);
      assertThat(changes.newRoutes()).as(other).extracting(Channel::id).containsExactly("a");
    }
  }

  @Test
  void another_order_is_a_change_of_its_own() throws InvalidChannelsException {
    TableChanges changes =
        changes(
            before("a | match: { receiver: SG }", "b | match: { receiver: GB }"),
            "b | match: { receiver: GB }",
            "a | match: { receiver: SG }");
    assertThat(changes.isEmpty()).isFalse();
    assertThat(changes).hasToString("order changed");
  }
}
