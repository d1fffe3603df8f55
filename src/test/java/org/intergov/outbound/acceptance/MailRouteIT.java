package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** docs/CHANNELS.md, "Components": a component from lib/ sends messages to a real SMTP server. */
class MailRouteIT {
  private static final Path GUIDE = Path.of("docs", "CHANNELS.md");
  private static final Path JARS = Path.of("target", "lib-for-mail").toAbsolutePath();

  @TempDir static Path home;

  private static final GreenMail SMTP =
      new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("mail-route")
          .with(SMTP::stop)
          .before(MailRouteIT::followTheGuide)
          .told(gateway -> gateway.channelsFile(home.resolve("channels.yaml")))
          .told(gateway -> gateway.setting("INTERGOV_LIB_DIR", JARS.toString()))
          .told(gateway -> environment().forEach(gateway::setting));

  private static void followTheGuide() {
    SMTP.start();
    GuideBlocks.of(GUIDE, "## Components")
        .forEach((file, text) -> GatewayProcess.write(home.resolve(file), text));
  }

  private static Map<String, String> environment() {
    return Map.of("SMTP_HOST", "127.0.0.1", "SMTP_PORT", String.valueOf(SMTP.getSmtp().getPort()));
  }

  @Test
  void a_message_arrives_as_a_mail_and_is_confirmed() throws Exception {
    Sent message = GATEWAY.api().submit(Sent.to("NZ", "by-mail"));
    GATEWAY.api().awaitStatus(message, "accepted");
    assertThat(GATEWAY.api().events(message))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
    assertThat(SMTP.getReceivedMessages())
        .filteredOn(
            mail -> GreenMailUtil.getHeaders(mail).contains("Subject: Message AU%3Aby-mail"))
        .singleElement()
        .satisfies(
            mail -> {
              String whole = GreenMailUtil.getWholeMessage(mail);
              assertThat(whole).contains("To: certificates@authority.example");
              assertThat(Api.JSON.readTree(GreenMailUtil.getBody(mail)).path("receiver").asText())
                  .isEqualTo("NZ");
              assertThat(whole).doesNotContainIgnoringCase("\nidempotencyKey:");
            });
  }

  @Test
  void without_its_jars_check_names_the_artifact_and_the_command() {
    Command.Ended check = check(Map.of());
    assertThat(check.code()).isEqualTo(2);
    assertThat(check.err())
        .contains("nz-mail.camel.yaml:")
        .contains("the unknown component \"smtp\"")
        .contains("camel-mail 4.")
        .contains("java -jar intergov-outbound.jar lib camel-mail");
  }

  @Test
  void with_its_jars_check_is_content() {
    Command.Ended check = check(Map.of("INTERGOV_LIB_DIR", JARS.toString()));
    assertThat(check.code()).as(check.err()).isZero();
  }

  @Test
  void jars_that_others_can_change_are_refused() throws Exception {
    Path lib = Files.createDirectories(home.resolve("open-lib"));
    try (Stream<Path> jars = Files.list(JARS)) {
      for (Path jar : jars.toList()) {
        Files.copy(jar, lib.resolve(jar.getFileName()));
      }
    }
    Files.setPosixFilePermissions(lib, PosixFilePermissions.fromString("rwxrwxrwx"));
    Command.Ended check = check(Map.of("INTERGOV_LIB_DIR", lib.toString()));
    assertThat(check.code()).isEqualTo(2);
    assertThat(check.err()).contains("intergov.lib-dir: others can write to " + lib);
  }

  private static Command.Ended check(Map<String, String> more) {
    Map<String, String> environment = new java.util.HashMap<>(environment());
    environment.put("INTERGOV_JURISDICTION", "AU");
    environment.putAll(more);
    return Command.run(home, environment, "check", "channels.yaml");
  }
}
