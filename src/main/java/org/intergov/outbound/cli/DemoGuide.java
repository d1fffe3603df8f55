package org.intergov.outbound.cli;

import java.io.PrintWriter;
import java.net.URI;

/** Where to look next. */
final class DemoGuide {
  private DemoGuide() {}

  static void print(PrintWriter out, URI api, URI management, boolean running) {
    out.println();
    if (running) {
      out.println("The gateway goes on running; Ctrl-C ends it. Look around:");
      out.println("  curl " + api + "/messages/AU:demo-0/journal");
      out.println("  curl '" + api + "/messages?status=held&limit=5'");
      out.println("  curl -X POST " + api + "/messages/AU:demo-1/replay");
      out.println("  curl " + api + "/channels");
      out.println("  curl " + management + "/observe/health");
    } else {
      out.println("Where to look next:");
      out.println("  demo --keep        the same, but the gateway keeps running");
      out.println("  run --help         the real thing; channels.yaml is its routing table");
      out.println("  simulate-channel   a channel to try it against");
    }
    out.flush();
  }
}
