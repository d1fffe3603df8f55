package org.intergov.outbound.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * docs/CHANNELS.md, "A kind of your own, from nothing": its files and commands, as they stand
 * there, with the packaged JAR. The test plays the other side of the directory.
 */
class ChannelGuideIT {
  private static final Path GUIDE = Path.of("docs", "CHANNELS.md");
  private static final String PASSWORD = "only-for-this-test";

  @TempDir static Path home;
  private static Map<String, String> blocks;

  @RegisterExtension
  static final GatewayExtension GATEWAY =
      GatewayExtension.named("guide")
          .before(ChannelGuideIT::followTheGuide)
          .setting("DROP_PASSWORD", PASSWORD)
          .told(gateway -> gateway.channelsFile(Path.of("channels.yaml")).in(home));

  private static void followTheGuide() throws Exception {
    blocks = GuideBlocks.of(GUIDE, "## A kind of your own, from nothing");
    assertThat(blocks)
        .containsKeys("setup.sh", "routes/signed-drop.camel.yaml", "channels.yaml", "run.sh");
    Files.copy(GatewayProcess.jar(), home.resolve("intergov-outbound.jar"));
    for (Map.Entry<String, String> block : blocks.entrySet()) {
      GatewayProcess.write(home.resolve(block.getKey()), block.getValue());
    }
    sh("setup.sh", blocks.get("setup.sh"));
    String check =
        blocks.get("run.sh").lines().filter(l -> l.contains(" check ")).findFirst().get();
    assertThat(sh("check.sh", check)).contains("channels.yaml: good, 1 channel");
  }

  private static String sh(String name, String script) throws IOException, InterruptedException {
    Path out = home.resolve(name + ".out");
    Path file = GatewayProcess.write(home.resolve(name), script);
    ProcessBuilder shell =
        new ProcessBuilder(List.of("sh", "-eu", file.toString()))
            .directory(home.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    shell.environment().keySet().removeIf(k -> k.startsWith("INTERGOV_"));
    shell.environment().put("DROP_PASSWORD", PASSWORD);
    Path java = Path.of(System.getProperty("java.home"), "bin");
    shell.environment().merge("PATH", java.toString(), (old, own) -> own + ":" + old);
    Process process = shell.start();
    assertThat(process.waitFor(5, TimeUnit.MINUTES)).as(name + " ends").isTrue();
    String said = Files.readString(out);
    assertThat(process.exitValue()).as(name + ": " + said).isZero();
    return said;
  }

  private static boolean hasTool(String name) {
    return Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
  }

  private static Path arrived(String name) {
    Path file = home.resolve("outgoing").resolve(name);
    await(name + " arrives").until(() -> Files.exists(file));
    return file;
  }

  private static void answer(String name) throws IOException {
    Files.createFile(home.resolve("receipts").resolve(name));
  }

  private static void isSigned(Path message) throws Exception {
    Signature signature = Signature.getInstance("SHA256withRSA");
    try (var in = Files.newInputStream(home.resolve("gateway.pem"))) {
      signature.initVerify(CertificateFactory.getInstance("X.509").generateCertificate(in));
    }
    signature.update(Files.readAllBytes(message));
    String detached = Files.readString(message.resolveSibling(message.getFileName() + ".sig"));
    assertThat(signature.verify(Base64.getDecoder().decode(detached))).isTrue();
  }

  @Test
  void a_message_with_a_receipt_is_accepted() throws Exception {
    Sent message = GATEWAY.api().submit(Sent.to("TO", "guide-1"));
    Path file = arrived("AU%3Aguide-1.json");
    isSigned(file);
    assertThat(Api.JSON.readTree(file.toFile()))
        .isEqualTo(message.node().without(List.of("sender_ref")));
    answer("AU%3Aguide-1.receipt");
    GATEWAY.api().awaitStatus(message, "accepted");
    assertThat(GATEWAY.api().events(message))
        .containsExactly("submitted", "posted", "confirmed", "accepted");
  }

  @Test
  void a_message_that_the_other_side_refuses_is_rejected() throws Exception {
    Sent message = GATEWAY.api().submit(Sent.to("TO", "guide-refused"));
    arrived("AU%3Aguide-refused.json");
    answer("AU%3Aguide-refused.refused");
    GATEWAY.api().awaitStatus(message, "rejected");
    assertThat(GATEWAY.api().message(message).path("reason").asText()).isEqualTo("undeliverable");
  }

  @Test
  void a_reference_that_is_a_path_leads_nowhere() throws Exception {
    Sent message =
        new Sent(
            "../../receipts/${header.subject}{{env:DROP_PASSWORD}}",
            "TO",
            "AU.${sys.user.dir}.{{env:DROP_PASSWORD}}.CamelFileName=../evil",
            "https://trade.example/${header.reference}",
            "UN.CEFACT.Trade.created");
    assertThat(GATEWAY.api().post(message.json()).status()).isEqualTo(201);
    String name =
        "AU%3A..%2F..%2Freceipts%2F%24%7Bheader.subject%7D%7B%7Benv%3ADROP_PASSWORD%7D%7D";
    Path file = arrived(name + ".json");
    assertThat(Api.JSON.readTree(file.toFile()))
        .isEqualTo(message.node().without(List.of("sender_ref")));
    isSigned(file);
    answer(name + ".receipt");
    List<Path> outside = new ArrayList<>();
    try (Stream<Path> all = Files.walk(home)) {
      all.filter(f -> f.toString().contains("evil") || f.toString().contains(PASSWORD))
          .forEach(outside::add);
    }
    assertThat(outside).isEmpty();
  }

  @Test
  void the_commands_of_the_guide_send_verify_and_answer() throws Exception {
    assumeThat(hasTool("curl") && hasTool("openssl")).as("curl and openssl are here").isTrue();
    sh("send.sh", blocks.get("send.sh").replace(":8080", ":" + GATEWAY.process().apiPort()));
    arrived("AU%3Adrop%2F1.json");
    assertThat(sh("receive.sh", blocks.get("receive.sh"))).contains("Verified OK");
    Sent sent = Sent.to("TO", "drop/1");
    GATEWAY.api().awaitStatus(sent, "accepted");
  }
}
