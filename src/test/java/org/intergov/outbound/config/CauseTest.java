package org.intergov.outbound.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CompletionException;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.ValidationException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CauseTest {
  private final DefaultExchange exchange = new DefaultExchange(new DefaultCamelContext());

  @Test
  void what_wraps_a_cause_is_left_out() {
    IOException disk = new IOException("No space left on device");
    assertThat(Cause.of(new CompletionException(new RuntimeException("x", disk))))
        .isEqualTo("No space left on device");
    assertThat(Cause.of(new CamelExecutionException("failed", exchange, disk)))
        .isEqualTo("No space left on device");
  }

  @Test
  void no_exchange_and_no_content_of_a_message_is_in_it() {
    exchange.getMessage().setBody("a secret subject");
    assertThat(Cause.of(new CamelExecutionException("the drop is shut", exchange)))
        .isEqualTo("the drop is shut");
    assertThat(Cause.of(new ValidationException(exchange, "no subject"))).isEqualTo("no subject");
    assertThat(Cause.of(new InvalidPayloadException(exchange, Integer.class)))
        .startsWith("No body available of type")
        .doesNotContain("secret", "Exchange");
    Throwable conversion =
        catchThrowable(
            () ->
                exchange
                    .getContext()
                    .getTypeConverter()
                    .mandatoryConvertTo(Integer.class, "a secret subject"));
    assertThat(Cause.of(conversion)).doesNotContain("secret");
  }

  @Test
  void files_say_what_is_wrong_with_them() {
    assertThat(Cause.of(new NoSuchFileException("/a/b"))).isEqualTo("no such file: /a/b");
    assertThat(Cause.of(new AccessDeniedException("/a/b"))).isEqualTo("no permission: /a/b");
    assertThat(Cause.of(new NotDirectoryException("/a/b"))).isEqualTo("not directory: /a/b");
    assertThat(Cause.of(new NoSuchFileException("/a b", null, "gone")))
        .isEqualTo("no such file: /a b");
    assertThat(Cause.of(new AccessDeniedException("/a b"))).isEqualTo("no permission: /a b");
    assertThat(Cause.of(new NotDirectoryException("/a b"))).isEqualTo("not directory: /a b");
    assertThat(Cause.of(new FileSystemException("/a", null, "Read-only file system")))
        .isEqualTo("/a: Read-only file system");
  }

  @Test
  void hosts_connections_and_nothing_at_all_are_said_in_words() {
    assertThat(Cause.of(new UnknownHostException("sg.example")))
        .isEqualTo("unknown host sg.example");
    assertThat(Cause.of(new IOException("HTTP/1.1 header parser received no bytes")))
        .isEqualTo("the connection was closed before an answer came");
    assertThat(Cause.of(new NullPointerException())).isEqualTo("null pointer");
    assertThat(Cause.of(new IllegalArgumentException("port"))).isEqualTo("illegal argument: port");
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"a\": tru}", "[1, 2", "{\"a\": \"\u0001\"}", "nul", "{]"})
  void of_json_only_the_place_is_told(String json) {
    Throwable failure = catchThrowable(() -> new ObjectMapper().readTree(json));
    assertThat(Cause.of(failure)).isNotBlank().doesNotContain("Source", "REDACTED", "StreamRead");
  }

  @Test
  void secrets_are_hidden_before_a_line_is_cut() {
    String long_ = "x".repeat(295) + " hunter2";
    assertThat(Cause.of(new IOException(long_), s -> s.replace("hunter2", "***")))
        .hasSize(299)
        .endsWith(" ***");
    assertThat(Cause.of(new IOException("x ".repeat(400)))).hasSize(300);
    assertThat(Cause.of(new NoSuchFileException("/hunter2/a"), s -> s.replace("hunter2", "***")))
        .isEqualTo("no such file: /***/a");
  }
}
