package org.intergov.outbound.api.door;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Set;
import java.util.stream.Collectors;
import org.intergov.outbound.message.Sha256;

/**
 * A bearer token as the gateway keeps it: not the token, but its digest. A token is 256 random
 * bits, so a digest without salt or stretching can be neither reversed nor guessed.
 *
 * @param name who holds it, for the journal
 * @param digest SHA-256 of the token, 64 hexadecimal digits in lower case
 */
public record AccessToken(String name, Set<Role> roles, String digest) {
  private static final String PREFIX = "igo_";
  private static final int BYTES = 32;

  public AccessToken {
    roles = Set.copyOf(roles);
  }

  /** Makes a new token; it is to be shown once and kept by its holder alone. */
  public static String random() {
    byte[] secret = new byte[BYTES];
    new SecureRandom().nextBytes(secret);
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** Whether a word is a token, or the beginning of one. */
  static boolean looksLikeOne(String word) {
    return word.startsWith(PREFIX);
  }

  /** The digest of a token. */
  public static String digest(String token) {
    return Sha256.of(token);
  }

  boolean may(Role role) {
    return roles.contains(role) || role == Role.READ && roles.contains(Role.OPERATE);
  }

  /** The line of the file of tokens. */
  public String line() {
    String words = roles.stream().sorted().map(Role::word).collect(Collectors.joining(","));
    return name + " " + words + " sha256:" + digest;
  }
}
