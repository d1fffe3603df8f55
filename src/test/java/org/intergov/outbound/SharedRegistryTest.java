package org.intergov.outbound;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import org.apache.camel.support.LocalBeanRegistry;
import org.junit.jupiter.api.Test;

/** What one thread builds a route with is no concern of another; nor are beans that come and go. */
class SharedRegistryTest {
  private final SharedRegistry beans = new SharedRegistry();

  private static LocalBeanRegistry of(String name, Object bean) {
    LocalBeanRegistry local = new LocalBeanRegistry();
    local.bind(name, bean);
    return local;
  }

  private Object elsewhere(String name) {
    return CompletableFuture.supplyAsync(() -> beans.lookupByName(name)).join();
  }

  @Test
  void beans_of_a_route_hide_those_of_all_only_from_who_builds_it() {
    beans.bind("tls", "of all");
    beans.setLocalBeanRepository(of("tls", "of the route"));
    assertThat(beans.lookupByName("tls")).isEqualTo("of the route");
    assertThat(elsewhere("tls")).isEqualTo("of all");

    beans.setLocalBeanRepository(of("tls", "of a route within"));
    assertThat(beans.lookupByName("tls")).isEqualTo("of a route within");
    beans.setLocalBeanRepository(null);
    assertThat(beans.lookupByName("tls")).isEqualTo("of the route");
    beans.setLocalBeanRepository(null);
    assertThat(beans.lookupByName("tls")).isEqualTo("of all");
    beans.setLocalBeanRepository(null);
    assertThat(beans.getLocalBeanRepository()).isNull();
  }

  @Test
  void who_has_built_a_route_takes_nothing_from_another() {
    beans.setLocalBeanRepository(of("tls", "of the route"));
    CompletableFuture.runAsync(
            () -> {
              beans.setLocalBeanRepository(of("tls", "of the other route"));
              beans.setLocalBeanRepository(null);
              beans.setLocalBeanRepository(null);
            })
        .join();
    assertThat(beans.lookupByName("tls")).isEqualTo("of the route");
  }

  @Test
  void beans_may_be_looked_for_while_others_come_and_go() {
    CompletableFuture<Void> edits =
        CompletableFuture.runAsync(
            () -> {
              for (int i = 0; i < 20_000; i++) {
                beans.bind("bean-" + i, i);
                if (i >= 100) {
                  beans.unbind("bean-" + (i - 100));
                }
              }
            });
    beans.bind("tls", "of all");
    do {
      assertThat(beans.findSingleByType(String.class)).isEqualTo("of all");
      assertThat(beans.findByTypeWithName(String.class)).containsOnlyKeys("tls");
    } while (!edits.isDone());
    edits.join();
  }
}
