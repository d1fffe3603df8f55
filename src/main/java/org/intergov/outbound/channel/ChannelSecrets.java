package org.intergov.outbound.channel;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.intergov.outbound.routing.Channel;

/**
 * What must not be told of a channel. Routes of an operator may put a parameter into the address of
 * an endpoint, and then it stands in the words of whatever fails there.
 */
public final class ChannelSecrets {
  /** Of routes that have no parameters. */
  static final ChannelSecrets NONE = new ChannelSecrets(null);

  private final Channel channel;

  ChannelSecrets(Channel channel) {
    this.channel = channel;
  }

  /** The text without the channel's secrets. */
  String hiddenIn(String text) {
    return channel == null || text == null ? text : channel.withoutSecrets(text);
  }

  /** The whole of a failure, with where it came from. */
  String hiddenIn(Throwable failure) {
    StringWriter all = new StringWriter();
    failure.printStackTrace(new PrintWriter(all, true));
    return hiddenIn(all.toString());
  }

  /** Camel prints it where it names an endpoint. */
  @Override
  public String toString() {
    return "secrets of " + (channel == null ? "no channel" : "channel " + channel.id());
  }
}
