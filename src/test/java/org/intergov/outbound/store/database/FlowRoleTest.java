package org.intergov.outbound.store.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.intergov.outbound.store.TestStore;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way in which the flow's role could change the journal all the same. */
class FlowRoleTest {
  private static TestStore store;

  @BeforeAll
  static void start() {
    store = TestStore.start();
  }

  @AfterAll
  static void stop() {
    store.close();
  }

  @BeforeEach
  void roles() {
    store.run("CREATE ROLE flow NOINHERIT");
    store.run("CREATE ROLE clerks");
  }

  @AfterEach
  void noRoles() {
    store.run("REASSIGN OWNED BY flow, clerks TO CURRENT_USER");
    store.run("DROP OWNED BY flow, clerks");
    store.run("DROP ROLE flow, clerks");
  }

  private static void grant() {
    FlowRole.grant(store.outboxDatabase, "flow");
  }

  @Test
  void a_role_without_rights_gets_what_it_needs_and_nothing_twice() {
    grant();
    grant();
    assertThat(
            store.ask(
                "SELECT privilege_type FROM information_schema.table_privileges"
                    + " WHERE grantee = 'flow' AND table_name = 'delivery_status' ORDER BY 1"))
        .isEqualTo(List.of("INSERT", "SELECT"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ALTER ROLE flow SUPERUSER | it is a superuser",
        "GRANT intergov TO flow | it is a member of intergov, which is a superuser",
        "ALTER SCHEMA intergov OWNER TO flow | it owns schema intergov",
        "ALTER SCHEMA intergov OWNER TO clerks | is a member of clerks, which owns schema intergov",
        "ALTER TABLE delivery_status OWNER TO flow | it owns delivery_status",
        "ALTER TABLE delivery_status_archive OWNER TO clerks"
            + " | is a member of clerks, which owns delivery_status_archive",
        "GRANT CREATE ON SCHEMA intergov TO flow | it may create objects in schema intergov",
        "GRANT UPDATE (detail) ON delivery_status TO flow"
            + " | it has a right to change delivery_status",
        "GRANT DELETE ON delivery_status TO clerks"
            + " | is a member of clerks, which has a right to change delivery_status",
        "GRANT TRIGGER ON delivery_status_archive TO flow"
            + " | it has a right to change delivery_status_archive",
        "GRANT TRUNCATE ON delivery_outbox_archive TO PUBLIC"
            + " | it has a right to change delivery_outbox_archive",
        "GRANT pg_write_all_data TO clerks"
            + " | is a member of clerks, which has a right to change channel_journal",
      })
  void a_role_that_could_change_the_journal_is_refused_and_told_why(String sql, String why) {
    store.run("GRANT clerks TO flow");
    grant();
    store.run(sql);
    try {
      assertThatThrownBy(FlowRoleTest::grant)
          .isInstanceOf(StoreException.class)
          .hasMessageContaining("database role flow could change the journal")
          .hasMessageContaining(why + ". Make");
    } finally {
      store.run("REVOKE TRUNCATE ON delivery_outbox_archive FROM PUBLIC");
    }
  }
}
