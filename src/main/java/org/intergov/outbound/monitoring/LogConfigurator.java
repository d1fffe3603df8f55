package org.intergov.outbound.monitoring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import org.slf4j.LoggerFactory;

/**
 * Sets up logging: one line an event to standard error, since standard output is for what commands
 * print. In Java, not XML: an XML configuration costs a tenth of a second at every start. A {@code
 * -Dlogback.configurationFile} still replaces it.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private static final String ROOT = org.slf4j.Logger.ROOT_LOGGER_NAME;
  private static final String LIMIT = "LIMIT";
  private static final String PATTERN =
      "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX,UTC} %-5level %logger{0} %replace(%msg){'[\\r\\n]+',' | '}"
          + " %replace(%ex{6}){'[\\r\\n]+\\s*',' | '}%nopex%n";

  /** From now on each event is a line of JSON, for programs that gather logs. */
  public static void useJson() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    if (context.getLogger(ROOT).getAppender(LIMIT) instanceof RepeatLimit limit) {
      JsonEncoder encoder = new JsonEncoder();
      encoder.setContext(context);
      encoder.setWithSequenceNumber(false);
      encoder.setWithNanoseconds(false);
      encoder.setWithContext(false);
      encoder.setWithMessage(false);
      encoder.setWithArguments(false);
      encoder.setWithFormattedMessage(true);
      encoder.start();
      limit.encodeBy(encoder);
    }
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty("logback.configurationFile") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern(PATTERN);
    encoder.start();
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("STDERR");
    console.setTarget("System.err");
    console.setEncoder(encoder);
    console.start();
    Logger root = context.getLogger(ROOT);
    root.setLevel(Level.WARN);
    RepeatLimit limit = new RepeatLimit(console, context.getLogger("org.intergov.outbound.Log"));
    limit.setContext(context);
    limit.setName(LIMIT);
    limit.start();
    root.addAppender(limit);
    context.getLogger("org.intergov.outbound").setLevel(Level.INFO);
    // every connection that a channel resets; the journal says which delivery it was
    context.getLogger("io.vertx.core.net.impl.ConnectionBase").setLevel(Level.OFF);
    // what the pool has to say of a lost database, the stages say once
    context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
    // a line for each try to connect; the journal and the gateway's own lines say what follows
    context.getLogger("org.apache.kafka").setLevel(Level.ERROR);
    context.getLogger("org.apache.kafka.clients.NetworkClient").setLevel(Level.OFF);
    context.getLogger("software.amazon.awssdk").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
