package org.intergov.outbound.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;

/** A million messages into a gateway with -Xmx128m whose channel is paused, and out of it again. */
final class BackpressureBench {
  private static final HttpClient HTTP =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Scale scale;

  BackpressureBench(Scale scale) {
    this.scale = scale;
  }

  void run(Report report) throws Exception {
    int messages = scale.many();
    Path file = Ndjson.file("backpressure", messages);
    try (Rig rig = new Rig("backpressure", Rig.oneChannel("received"), "-Xmx128m")) {
      rig.pause();
      Turn in =
          Turn.of(rig, rig.gateway.pid(), messages, () -> submit(rig.gateway.apiPort(), file));
      long stored = rig.database.number("SELECT count(*) FROM delivery_outbox");
      report
          .figure(
              "backpressure.in",
              in.rate(),
              "messages/s",
              messages + " messages in one NDJSON request, channel paused, -Xmx128m")
          .with("stored", stored)
          .with("resident_mb", Processes.residentMegabytes(rig.gateway.pid(), true))
          .print();
      long posts = rig.sink.posts() + messages;
      Turn out =
          Turn.of(
              rig,
              rig.gateway.pid(),
              messages,
              () -> {
                rig.resume();
                rig.awaitSettled(posts);
              });
      report
          .figure("backpressure.out", out.rate(), "messages/s", "the same million delivered")
          .with("posted", rig.sink.posts())
          .with("resident_mb", Processes.residentMegabytes(rig.gateway.pid(), true))
          .print();
    } finally {
      Files.delete(file);
    }
  }

  private static void submit(int port, Path file) throws IOException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/messages"))
            .header("Content-Type", "application/x-ndjson")
            .POST(HttpRequest.BodyPublishers.ofFile(file))
            .build();
    try {
      HttpResponse<Path> answer =
          HTTP.send(request, HttpResponse.BodyHandlers.ofFile(answers(file)));
      if (answer.statusCode() != 200) {
        throw new IOException("intake answered " + answer.statusCode());
      }
      Files.delete(answers(file));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Path answers(Path file) {
    return Path.of(file + ".answer");
  }
}
