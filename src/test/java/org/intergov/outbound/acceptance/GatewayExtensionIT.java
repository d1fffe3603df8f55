package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is left of gateways that do not come up. */
class GatewayExtensionIT {
  @Test
  void of_two_replicas_one_of_which_cannot_start_neither_goes_on_and_their_channel_is_closed() {
    TestChannel channel = new TestChannel();
    List<GatewayProcess> replicas = new ArrayList<>();
    GatewayExtension extension =
        GatewayExtension.named("half-started")
            .with(channel)
            .channels(channel.table())
            .replicas("bad", "good")
            .told(replicas::add)
            .told(gateway -> gateway.setting("INTERGOV_EXPIRES_AFTER", expiry(replicas)));
    assertThatThrownBy(extension::begin)
        .hasMessageContaining("half-started-bad")
        .hasMessageContaining("intergov.expires-after");
    assertThat(replicas).hasSize(2).noneMatch(GatewayProcess::isAlive);
    assertThatThrownBy(() -> connect(channel)).isInstanceOf(IOException.class);
  }

  private static String expiry(List<GatewayProcess> told) {
    return told.size() == 1 ? "soon" : "1d";
  }

  private static void connect(TestChannel channel) throws IOException {
    new Socket(InetAddress.getLoopbackAddress(), channel.port()).close();
  }
}
