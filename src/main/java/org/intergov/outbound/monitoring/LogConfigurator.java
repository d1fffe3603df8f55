package org.intergov.outbound.monitoring;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.Layout;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.slf4j.LoggerFactory;

/**
 * Sets up logging: one line an event to standard error, since standard output is for what commands
 * print. In Java, not XML: an XML configuration costs a tenth of a second at every start. A {@code
 * -Dlogback.configurationFile} still replaces it.
 */
public final class LogConfigurator extends ContextAwareBase implements Configurator {
  private static final String ROOT = org.slf4j.Logger.ROOT_LOGGER_NAME;

  /** Where a line of level INFO tells an operator nothing. */
  private static final List<String> LIBRARIES =
      List.of(
          "ch.qos",
          "com.fasterxml",
          "com.zaxxer",
          "io.github",
          "io.micrometer",
          "io.netty",
          "io.prometheus",
          "io.vertx",
          "io.zonky",
          "java",
          "javax",
          "jdk",
          "org.apache",
          "org.bouncycastle",
          "org.flywaydb",
          "org.jolokia",
          "org.postgresql",
          "org.snakeyaml",
          "software.amazon",
          "sun");

  private static final String LIMIT = "LIMIT";

  /** From now on each event is a line of JSON, for programs that gather logs. */
  public static void useJson() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    if (context.getLogger(ROOT).getAppender(LIMIT) instanceof RepeatLimit limit) {
      limit.encodeBy(encoder(context, new JsonLogLayout()));
    }
  }

  private static Encoder<ILoggingEvent> encoder(LoggerContext context, Layout<ILoggingEvent> as) {
    as.setContext(context);
    as.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(context);
    encoder.setCharset(StandardCharsets.UTF_8);
    encoder.setLayout(as);
    encoder.start();
    return encoder;
  }

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty("logback.configurationFile") != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setContext(context);
    console.setName("STDERR");
    console.setTarget("System.err");
    console.setEncoder(encoder(context, new LogLayout()));
    console.start();
    Logger root = context.getLogger(ROOT);
    // what routes of operators log, under whatever name
    root.setLevel(Level.INFO);
    LIBRARIES.forEach(name -> context.getLogger(name).setLevel(Level.WARN));
    RepeatLimit limit = new RepeatLimit(console, context.getLogger("org.intergov.outbound.Log"));
    limit.setContext(context);
    limit.setName(LIMIT);
    limit.start();
    root.addAppender(limit);
    context.getLogger("org.intergov.outbound").setLevel(Level.INFO);
    // every connection that a channel resets; the journal says which delivery it was
    context.getLogger("io.vertx.core.net.impl.ConnectionBase").setLevel(Level.OFF);
    context.getLogger("io.vertx.core.http.impl.HttpClientRequestImpl").setLevel(Level.OFF);
    // what the pool has to say of a lost database, the stages say once
    context.getLogger("com.zaxxer.hikari").setLevel(Level.ERROR);
    // a migration that a lost database cut off is tried again, which the gateway says
    context.getLogger("org.flywaydb.core.internal.jdbc").setLevel(Level.OFF);
    // a line for each try to connect; the journal and the gateway's own lines say what follows
    context.getLogger("org.apache.kafka").setLevel(Level.ERROR);
    context.getLogger("org.apache.kafka.clients.NetworkClient").setLevel(Level.OFF);
    // a commit that came too late is no error: the gateway says that the records wait
    context
        .getLogger("org.apache.kafka.clients.consumer.internals.ConsumerCoordinator")
        .setLevel(Level.OFF);
    context.getLogger("software.amazon.awssdk").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }
}
