package org.intergov.outbound.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What is to be written, under which lease. */
class SettlementTest {
  private final Delivery delivery = Channels.delivery("a", 2, 1, "b");
  private final Settlement settlement =
      new DeliveryRules(() -> Channels.table("a | "))
          .settle(delivery, new Outcome.Posted("17", false));

  @Test
  void under_another_lease_all_else_is_the_same() {
    UUID lease = UUID.fromString("00000000-0000-4000-8000-000000000002");
    Settlement other = settlement.under(lease);

    assertThat(other.delivery().lockToken()).isEqualTo(lease);
    assertThat(other.delivery())
        .usingRecursiveComparison()
        .ignoringFields("lockToken")
        .isEqualTo(delivery);
    assertThat(other)
        .usingRecursiveComparison()
        .ignoringFields("delivery.lockToken")
        .isEqualTo(settlement);
    assertThat(other.under(delivery.lockToken())).isEqualTo(settlement);
  }

  @Test
  void under_its_own_lease_nothing_is_copied() {
    assertThat(settlement.under(delivery.lockToken())).isSameAs(settlement);
  }
}
