package org.intergov.outbound.acceptance;

import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Prints what the gateways have logged when a test fails. */
final class ShowLogsOnFailure implements AfterTestExecutionCallback {
  @Override
  public void afterTestExecution(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      System.out.println("=== " + context.getDisplayName() + " failed\n" + GatewayProcess.logs());
    }
  }
}
