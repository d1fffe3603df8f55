package org.intergov.outbound.channel.http;

import io.netty.handler.ssl.NotSslRecordException;
import java.net.UnknownHostException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.Locale;
import org.intergov.outbound.config.Cause;

/** Why there is no connection, or no answer on it, in words of those who can do something. */
final class ConnectionTrouble {
  private ConnectionTrouble() {}

  /** The innermost cause says what is the case; what wraps it says where it was noticed. */
  static String of(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause() == t ? null : t.getCause()) {
      String known = known(t);
      if (known != null) {
        return known;
      }
    }
    return Cause.of(failure);
  }

  private static String known(Throwable t) {
    if (t instanceof CertificateExpiredException) {
      return "the server's certificate has expired (" + Cause.of(t) + ")";
    } else if (t instanceof CertificateNotYetValidException) {
      return "the server's certificate is not valid yet (" + Cause.of(t) + ")";
    } else if (t instanceof CertPathBuilderException) {
      return "the server's certificate comes from an issuer that is not trusted; see tls.ca";
    } else if (t instanceof NotSslRecordException) {
      return "the server does not speak TLS at this port";
    } else if (t instanceof UnknownHostException) {
      return "the host name is not known";
    } else if (t instanceof CertificateException && isAboutTheName(t)) {
      return "the server's certificate is for another host name (" + Cause.of(t) + ")";
    }
    return null;
  }

  private static boolean isAboutTheName(Throwable t) {
    String words = String.valueOf(t.getMessage()).toLowerCase(Locale.ROOT);
    return words.contains("no subject alternative") || words.contains("no name matching");
  }
}
