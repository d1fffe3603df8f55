package org.intergov.outbound.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * The answer to a request.
 *
 * @param status the HTTP status
 * @param json the body
 * @param sent how it is sent: {@link Fate#LOSE_REPLY} and {@link Fate#HANG} keep it back
 */
record Answer(int status, String json, Fate sent) {

  static Answer of(int status, String json) {
    return new Answer(status, json, Fate.DELIVER);
  }

  static Answer error(int status, String detail) {
    return of(status, JsonNodeFactory.instance.objectNode().put("error", detail).toString());
  }
}
