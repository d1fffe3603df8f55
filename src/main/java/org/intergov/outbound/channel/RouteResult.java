package org.intergov.outbound.channel;

import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * What a route of an operator has left: an id, a status, or why there is none.
 *
 * @param channelTxnId null where the route set none
 * @param channelStatus null where the route set none
 * @param failure null where the route ended well
 */
record RouteResult(String channelTxnId, String channelStatus, Exception failure) {

  void putInto(Exchange exchange) {
    if (failure != null) {
      exchange.setException(failure);
      return;
    }
    Message message = exchange.getMessage();
    put(message, Headers.CHANNEL_TXN_ID, channelTxnId);
    put(message, Headers.CHANNEL_STATUS, channelStatus);
  }

  private static void put(Message message, String name, String value) {
    if (value == null) {
      message.removeHeader(name);
    } else {
      message.setHeader(name, value);
    }
  }
}
