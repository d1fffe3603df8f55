package org.intergov.outbound.config.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.camel.impl.DefaultCamelContext;
import org.intergov.outbound.channel.ChannelKinds;
import org.intergov.outbound.config.InvalidChannelsException;
import org.intergov.outbound.config.channels.ChannelsFile;
import org.intergov.outbound.routing.Channel;
import org.intergov.outbound.routing.Tracking;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a channel of kind sqs says is checked before the gateway starts. */
class SqsParametersTest {
  private static Map<String, KindDescription> kinds;

  @TempDir Path folder;

  @BeforeAll
  static void load() throws Exception {
    try (DefaultCamelContext camel = new DefaultCamelContext()) {
      camel.disableJMX();
      camel.build();
      kinds = ChannelKinds.load(camel);
    }
  }

  @Test
  void a_queue_is_enough_and_its_acknowledgement_confirms() throws Exception {
    Channel channel = read("queue: gb-outbound.fifo");
    assertThat(channel.parameters()).containsEntry("queue", "gb-outbound.fifo");
    assertThat(channel.tracking()).isEqualTo(new Tracking(false, false));
  }

  @Test
  void a_queue_of_receipts_follows_deliveries() throws Exception {
    Channel channel =
        read(
            "queue: https://sqs.eu-west-2.amazonaws.com/123456789012/gb, receipts-queue: gb-receipts"
                + ", auth: { access-key-id: id, secret-access-key: \"{{env:SECRET}}\" }");
    assertThat(channel.parameters()).containsEntry("auth.secret-access-key", "hunter2");
    assertThat(channel.tracking()).isEqualTo(new Tracking(false, true));
  }

  @Test
  void receipts_have_one_reader_or_fifty_or_some_number_between() throws Exception {
    for (String readers : List.of("1", "9", "50")) {
      assertThat(read("queue: q, receipts-queue: r, receipts-readers: " + readers).parameters())
          .containsEntry("receipts-readers", readers);
    }
  }

  @Test
  void what_cannot_be_used_is_named_with_its_path() {
    // no parameters of a test: mutation testing runs each by itself, which takes much longer
    for (String line :
        List.of(
            "region: eu-west-2 | queue | nothing",
            "queue: gb/outbound | queue | the name of a queue",
            "queue: gb.outbound | queue | the name of a queue",
            "queue: \"http://user@sqs.example/q\" | queue | or its URL",
            "queue: q, region: \"EU West\" | region | an AWS region",
            "queue: q, endpoint: \"sqs.example:9324\" | endpoint | an http or https URL",
            "queue: q, endpoint: \"ftp://sqs.example\" | endpoint | an http or https URL",
            "queue: q, group-by: obj | group-by | one of subject, receiver",
            "queue: q, receipts-queue: a b | receipts-queue | the name of a queue",
            "queue: q, receipts-queue: q | receipts-queue | a queue other than",
            "queue: q, receipts-queue: r, receipts-readers: 51 | receipts-readers | from 1 to 50",
            "queue: q, receipts-queue: r, receipts-readers: 0 | receipts-readers | from 1 to 50",
            "queue: q, receipts-queue: r, receipts-readers: x | receipts-readers | from 1 to 50",
            "queue: \"http://sqs.example/q?a=b\" | queue | or its URL",
            "queue: q, endpoint: \"http://sqs.example/?a=b\" | endpoint | without user, query",
            "queue: q, receipts-readers: 3 | receipts-readers | a receipts-queue beside it",
            "queue: q, auth: { access-key-id: id } | auth.secret-access-key | it",
            "queue: q, profile: p, auth: { access-key-id: i, secret-access-key: s } | profile | either",
            "queue: q, topic: t | topic | queue")) {
      String[] parts = line.split(" \\| ");
      isNamed(parts[0], parts[1], parts[2]);
    }
  }

  private void isNamed(String parameters, String path, String expected) {
    InvalidChannelsException e =
        catchThrowableOfType(InvalidChannelsException.class, () -> read(parameters));

    assertThat(e).hasMessageContaining("channels[0].parameters." + path);
    assertThat(e).hasMessageContaining(expected);
  }

  private Channel read(String parameters) throws Exception {
    Path file = folder.resolve("channels.yaml");
    Files.writeString(
        file,
        "channels:\n  - id: gb-queue\n    match: { receiver: GB }\n    kind: sqs\n"
            + "    parameters: { "
            + parameters
            + " }\n");
    return ChannelsFile.load(file, Map.of("SECRET", "hunter2")::get, "AU", kinds)
        .table()
        .channels()
        .get(0);
  }
}
