package org.intergov.outbound.api.door;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the holder of a token may do. */
public enum Role {
  /** Hand in messages. */
  SUBMIT,
  /** See messages, the journal, channels and metrics. */
  READ,
  /** Change something: replay, resolve, pause, resume, reload. Includes {@link #READ}. */
  OPERATE;

  /** As it is written in the file of tokens. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<Role> of(String word) {
    return Arrays.stream(values()).filter(r -> r.word().equals(word)).findFirst();
  }

  static List<String> words() {
    return Arrays.stream(values()).map(Role::word).toList();
  }
}
