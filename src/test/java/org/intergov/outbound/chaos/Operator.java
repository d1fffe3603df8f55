package org.intergov.outbound.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.intergov.outbound.acceptance.Api;

/** Somebody who works beside the flow: pauses, resumes, sends again, and resolves. */
final class Operator implements AutoCloseable {
  private final Estate estate;
  private final History history;
  private final Random random;
  private final Thread thread = new Thread(this::work, "operator");
  private volatile boolean stopped;

  Operator(Estate estate, History history, Plan plan) {
    this.estate = estate;
    this.history = history;
    this.random = new Random(plan.seed() + 2);
    thread.setDaemon(true);
    thread.start();
  }

  private void work() {
    while (!stopped) {
      Pause.millis(1_500 + random.nextInt(3_000));
      try {
        switch (random.nextInt(4)) {
          case 0 -> pauseAndResume();
          case 1 -> again("rejected");
          default -> held();
        }
      } catch (RuntimeException e) {
        // the gateway is down; somebody tries again later
      }
    }
  }

  private Api api() {
    return estate.replicas().get(random.nextInt(estate.replicas().size())).process().api();
  }

  private Api.Answer call(String what, String ref, String path, String body, Object... facts) {
    List<Object> noted = new ArrayList<>(List.of("what", what));
    noted.addAll(List.of(facts));
    String status = "none";
    long at = History.now();
    try {
      Api.Answer answer =
          api()
              .call(
                  "POST",
                  path,
                  body == null ? null : "application/json",
                  body == null ? null : body.getBytes(StandardCharsets.UTF_8));
      status = String.valueOf(answer.status());
      return answer;
    } finally {
      noted.addAll(List.of("status", status));
      history.noteAt(at, Kind.OPERATOR, ref, noted.toArray());
    }
  }

  private void pauseAndResume() {
    List<String> ids = List.copyOf(estate.channels().keySet());
    String id = ids.get(random.nextInt(ids.size()));
    call("pause", "", "/channels/" + id + "/pause", null, "channel", id);
    Pause.millis(500 + random.nextInt(3_000));
    resume(id);
  }

  /** Until it is done: nobody else would. */
  void resume(String id) {
    long until = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
    while (System.nanoTime() < until) {
      try {
        int status =
            call("resume", "", "/channels/" + id + "/resume", null, "channel", id).status();
        if (status == 200 || status == 404 || status == 409) {
          return;
        }
      } catch (RuntimeException e) {
        // once more
      }
      Pause.millis(300);
    }
  }

  private List<String> some(String status) {
    Api.Answer answer = api().get("/messages?limit=20&status=" + status);
    List<String> refs = new ArrayList<>();
    if (answer.status() == 200) {
      for (JsonNode m : answer.json().path("messages")) {
        refs.add(m.path("reference").asText().replaceFirst("^AU:", ""));
      }
    }
    return refs;
  }

  private void again(String status) {
    for (String ref : some(status)) {
      if (random.nextInt(4) == 0) {
        call("replay", ref, "/messages/AU:" + ref + "/replay", null);
        return;
      }
    }
  }

  /** Asks the channel, and says what is so; or sends it again, and takes what comes of that. */
  private void held() {
    for (String ref : some("held")) {
      int draw = random.nextInt(6);
      if (draw == 0) {
        call("replay", ref, "/messages/AU:" + ref + "/replay", null);
      } else if (draw == 1) {
        boolean delivered = estate.channels().values().stream().anyMatch(c -> c.has(ref));
        call(
            "resolve",
            ref,
            "/messages/AU:" + ref + "/resolve",
            "{\"delivered\":" + delivered + ",\"reason\":\"the channel was asked\"}",
            "delivered",
            delivered);
      }
    }
  }

  /** Stops, and leaves no channel paused. */
  void stop() {
    stopped = true;
    try {
      thread.join(TimeUnit.MINUTES.toMillis(2));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    estate.channels().keySet().forEach(this::resume);
  }

  @Override
  public void close() {
    stopped = true;
  }
}
