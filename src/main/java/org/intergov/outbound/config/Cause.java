package org.intergov.outbound.config;

import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What a failure means, in words for those who can do something about it: no names of classes, no
 * exchange of Camel, and no value that Camel could not convert.
 */
public final class Cause {
  private static final int MOST = 300;
  private static final int DEEPEST = 50;

  /** What Jackson says of where it was; the rest of it are names of its features. */
  private static final Pattern SOURCE =
      Pattern.compile("\\[Source: [^\\]]*?; line: (\\d+), column: (\\d+)\\]");

  /** Camel adds the exchange to its messages. */
  private static final Pattern EXCHANGE =
      Pattern.compile("[.:]?\\s*(on the exchange: )?Exchange\\[.*");

  /** Camel adds to its messages the value that it could not convert, which may be a message. */
  private static final Pattern VALUE =
      Pattern.compile("\\s*(but has value:|with value |\\. On:).*");

  private Cause() {}

  /** The innermost cause says what is the case; those around it say where it was noticed. */
  public static Throwable innermost(Throwable failure) {
    Throwable innermost = failure;
    for (int i = 0; i < DEEPEST && innermost.getCause() != null && !hasContent(innermost); i++) {
      innermost = innermost.getCause();
    }
    return innermost;
  }

  /** What lies below a conversion that failed names the value, which may be a message's. */
  private static boolean hasContent(Throwable failure) {
    return failure.getClass().getSimpleName().endsWith("TypeConversionException");
  }

  /** The innermost cause in one line of {@value #MOST} characters at most. */
  public static String of(Throwable failure) {
    return of(failure, UnaryOperator.identity());
  }

  /**
   * @param hidden leaves out secrets, before the words are cut, or a part of one might stay
   */
  public static String of(Throwable failure, UnaryOperator<String> hidden) {
    return words(innermost(failure), hidden);
  }

  private static String words(Throwable failure, UnaryOperator<String> hidden) {
    Optional<String> known = known(failure);
    if (known.isPresent()) {
      return hidden.apply(known.get());
    }
    String line = firstLine(failure, hidden);
    if (line.indexOf(' ') < 0) { // that is what it is about, and not what is the case
      return line.isEmpty() ? name(failure) : name(failure) + ": " + line;
    } else if (line.contains("header parser received no bytes")
        || line.equals("EOF reached while reading")) {
      return "the connection was closed before an answer came";
    }
    return line.length() > MOST ? line.substring(0, MOST) : line;
  }

  /** Failures whose message is only the file or the host that they are about. */
  private static Optional<String> known(Throwable failure) {
    if (failure instanceof NoSuchFileException missing) {
      return Optional.of("no such file: " + missing.getFile());
    } else if (failure instanceof AccessDeniedException denied) {
      return Optional.of("no permission: " + denied.getFile());
    } else if (failure instanceof FileSystemException file && file.getReason() == null) {
      return Optional.of(name(failure) + ": " + file.getFile());
    } else if (failure instanceof UnknownHostException) {
      return Optional.of("unknown host " + failure.getMessage());
    }
    return Optional.empty();
  }

  private static String firstLine(Throwable failure, UnaryOperator<String> hidden) {
    String message = failure.getMessage() == null ? "" : failure.getMessage();
    String line = hidden.apply(message).lines().findFirst().orElse("");
    line = SOURCE.matcher(line).replaceAll("line $1, column $2");
    line = EXCHANGE.matcher(line).replaceFirst("");
    return VALUE.matcher(line).replaceFirst("").strip();
  }

  /** Of a class, as words: {@code NotDirectoryException} is {@code not directory}. */
  private static String name(Throwable failure) {
    String name = failure.getClass().getSimpleName().replaceFirst("(Exception|Error)$", "");
    return name.isEmpty()
        ? "an error without a message"
        : name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }
}
