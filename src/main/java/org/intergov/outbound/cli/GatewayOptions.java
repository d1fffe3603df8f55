package org.intergov.outbound.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.intergov.outbound.config.Cause;
import org.intergov.outbound.config.kind.HttpAddress;
import org.intergov.outbound.config.tls.TlsMaterial;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Which gateway a command talks to: options that every such command has. */
final class GatewayOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--url",
      paramLabel = "URL",
      converter = HttpUrl.class,
      description =
          "Address of the gateway's REST API. Default: INTERGOV_URL, or url in the profile,"
              + " or http://127.0.0.1 with the port INTERGOV_API_PORT or 8080. The profile is the"
              + " file that INTERGOV_PROFILE names, or .intergov-outbound.properties in the home"
              + " directory; its keys are url, token, token-file and ca.")
  private URI url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "File whose first line is the bearer token for the gateway. Default: the token in"
              + " INTERGOV_TOKEN, or the profile's; if there is none, no token is sent.")
  private Path tokenFile;

  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description =
          "PEM file with the certificates to trust when the address is https. Default: INTERGOV_CA,"
              + " or the profile's, or those that Java trusts.")
  private Path ca;

  ApiClient client() {
    GatewayProfile profile = profile();
    URI address = address(profile);
    String token = token(profile);
    if (token != null && "http".equalsIgnoreCase(address.getScheme()) && !isHere(address)) {
      PrintWriter err = command.commandLine().getErr();
      err.println("warning: the token goes to " + address.getHost() + " in the clear; use https");
      err.flush();
    }
    return new ApiClient(address, token, tls(ca == null ? profile.ca() : ca));
  }

  /** Names of this machine; nothing is asked of a name server. */
  private static boolean isHere(URI address) {
    String host = String.valueOf(address.getHost());
    return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
  }

  private GatewayProfile profile() {
    try {
      return GatewayProfile.read(System.getenv(), Path.of(System.getProperty("user.home")));
    } catch (GatewayProfile.BadProfileException e) {
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private URI address(GatewayProfile profile) {
    if (url != null) {
      return url;
    }
    try {
      return new HttpUrl().convert(profile.url());
    } catch (TypeConversionException e) {
      throw new ParameterException(
          command.commandLine(), "INTERGOV_URL or the profile: " + e.getMessage(), e);
    }
  }

  private Optional<SSLContext> tls(Path ca) {
    if (ca == null) {
      return Optional.empty();
    }
    try {
      KeyStore trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      int number = 0;
      for (X509Certificate c : TlsMaterial.read(Map.of("ca", ca.toString())).trusted()) {
        trusted.setCertificateEntry("ca-" + number++, c);
      }
      TrustManagerFactory factory =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, factory.getTrustManagers(), null);
      return Optional.of(context);
    } catch (TlsMaterial.BadFileException e) {
      throw new ParameterException(
          command.commandLine(),
          "--ca %s: found %s, expected %s".formatted(ca, e.getMessage(), e.expected()),
          e);
    } catch (GeneralSecurityException | IOException e) {
      throw new ParameterException(command.commandLine(), "--ca " + ca + ": " + Cause.of(e), e);
    }
  }

  private String token(GatewayProfile profile) {
    Path file = tokenFile;
    if (file == null) {
      if (profile.token() != null) {
        return profile.token();
      }
      file = profile.tokenFile();
    }
    if (file == null) {
      return null;
    }
    try {
      return Files.readString(file).lines().findFirst().orElse("").strip();
    } catch (IOException e) {
      throw new ParameterException(
          command.commandLine(), "cannot read the token file " + file + ": " + Cause.of(e), e);
    }
  }

  /** Takes http and https addresses with a host, and drops slashes at their end. */
  static final class HttpUrl implements ITypeConverter<URI> {

    @Override
    public URI convert(String text) {
      try {
        URI uri = URI.create(text.replaceAll("/+$", ""));
        if (HttpAddress.of(uri).filter(address -> address.query() == null).isPresent()) {
          return uri;
        }
      } catch (IllegalArgumentException notAUri) {
        // reported below, in the same words
      }
      throw new TypeConversionException(
          "'" + text + "' is not an address such as http://127.0.0.1:8080");
    }
  }
}
