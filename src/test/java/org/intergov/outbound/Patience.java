package org.intergov.outbound;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * How long every test waits for what must come: long enough for a machine that is busy with other
 * work, since how fast something is no test says. Who must show that something is not only done
 * when a lease runs out lets that lease last longer than this. Found by JUnit itself.
 */
public final class Patience implements BeforeAllCallback {
  public static final Duration MOST = Duration.ofMinutes(5);

  @Override
  public void beforeAll(ExtensionContext context) {
    Awaitility.setDefaultTimeout(MOST);
    // what is there already is not waited for
    Awaitility.setDefaultPollDelay(Duration.ZERO);
  }
}
