package org.intergov.outbound.delivery;

/**
 * The metadata of a message after an update, complete: a later one overwrites it whole, so that the
 * order in which updates arrive does not matter.
 *
 * @param status {@code pending} or {@code accepted}; rejections go through rejected messages
 */
public record LakePatch(String status, String channelId, String channelTxnId) {

  public static LakePatch pending(String channelId, String channelTxnId) {
    return new LakePatch("pending", channelId, channelTxnId);
  }

  public static LakePatch accepted(String channelId, String channelTxnId) {
    return new LakePatch("accepted", channelId, channelTxnId);
  }
}
