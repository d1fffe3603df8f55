package org.intergov.outbound.channel;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.camel.Message;
import org.intergov.outbound.config.Durations;

/** The subscriber's side of WebSub, as far as it is text. */
public final class WebSub {
  private WebSub() {}

  /** The path of a subscription's callback, under the channel's {@code callback-url}. */
  public static String callbackPath(String channelId, UUID callbackId) {
    return "/callbacks/" + channelId + "/" + callbackId;
  }

  /**
   * The form that asks a channel to call back. No secret is agreed on: a callback has no authority,
   * and its address cannot be guessed.
   */
  public static String form(ParameterMap websub, Message message) {
    String callback =
        websub.get("callback-url") + message.getHeader(Headers.CALLBACK_PATH, String.class);
    return "hub.mode=subscribe"
        + ("&hub.callback=" + encode(callback))
        + ("&hub.topic=" + encode(message.getHeader(Headers.CHANNEL_TXN_ID, String.class)))
        + ("&hub.lease_seconds=" + Durations.parse(websub.get("lease")).toSeconds());
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
