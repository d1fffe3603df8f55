package org.intergov.outbound.channel.http;

import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.intergov.outbound.channel.ChannelException;
import org.intergov.outbound.channel.ParameterMap;

/** What we show a channel so that it lets us in: one header. Thread-safe. */
interface Credentials {

  /** A header of a request. Printed, it tells no secret. */
  record Header(String name, String value) {
    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * The header for a call that is about to be made.
   *
   * @return fails with {@link ChannelException.Unavailable} if there is none to be had now
   */
  Future<Header> header();

  /**
   * The channel has answered 401 to this header.
   *
   * @return whether the next {@link #header} will be another one
   */
  boolean refused(Header header);

  /** The same header for every call: an API key, a user and a password. */
  static Credentials fixed(ParameterMap auth) {
    Header header =
        auth.get("type").equals("api-key")
            ? new Header(auth.get("header"), auth.get("key"))
            : new Header("Authorization", basic(auth.get("username"), auth.get("password")));
    Future<Header> always = Future.succeededFuture(header);
    return new Credentials() {
      @Override
      public Future<Header> header() {
        return always;
      }

      @Override
      public boolean refused(Header refused) {
        return false;
      }
    };
  }

  /** RFC 7617. */
  static String basic(String username, String password) {
    byte[] both = (username + ":" + password).getBytes(StandardCharsets.UTF_8);
    return "Basic " + Base64.getEncoder().encodeToString(both);
  }
}
