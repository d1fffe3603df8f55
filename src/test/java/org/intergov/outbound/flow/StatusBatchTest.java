package org.intergov.outbound.flow;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.intergov.outbound.delivery.PendingDelivery;
import org.intergov.outbound.delivery.StatusAnswer;
import org.intergov.outbound.delivery.StatusAnswer.Status;
import org.intergov.outbound.message.Message;
import org.junit.jupiter.api.Test;

/** Which deliveries one question answers, and which get one of their own. */
class StatusBatchTest {
  private static final Message MESSAGE = new Message("AU", "r", "SG", "s", "o", "p");
  private final Instant now = Instant.now();
  private final List<String> queries = new ArrayList<>();
  private final List<Consumer<StatusBatch.Page>> pages = new ArrayList<>();
  private final Map<String, Consumer<StatusAnswer>> ones = new HashMap<>();
  private final Map<String, StatusAnswer> answers = new HashMap<>();
  private final AtomicInteger done = new AtomicInteger();

  private void ask(StatusBatch.Checked... all) {
    ask(List.of(all), Duration.ofMinutes(1));
  }

  private void ask(List<StatusBatch.Checked> all, Duration most) {
    StatusBatch.Questions channel =
        new StatusBatch.Questions() {
          @Override
          public void page(String query, Consumer<StatusBatch.Page> answer) {
            queries.add(query);
            pages.add(answer);
          }

          @Override
          public void one(PendingDelivery delivery, Consumer<StatusAnswer> answer) {
            ones.put(delivery.channelTxnId(), answer);
          }
        };
    new StatusBatch(
            channel,
            2,
            most,
            (d, a) -> assertThat(answers.put(d.channelTxnId(), a)).as("told once").isNull(),
            done::incrementAndGet)
        .ask(all);
  }

  private StatusBatch.Checked posted(String id, Duration ago) {
    return posted(id, ago, 1, false, false);
  }

  private StatusBatch.Checked posted(
      String id, Duration ago, int checks, boolean confirmed, boolean finalDue) {
    return new StatusBatch.Checked(
        new PendingDelivery(
            id.hashCode(),
            MESSAGE,
            "sg",
            id,
            confirmed,
            finalDue,
            false,
            checks,
            null,
            List.of(),
            1,
            UUID.randomUUID(),
            Duration.ZERO),
        now.minus(ago));
  }

  private void say(int page, String next, String... idsAndWords) {
    Map<String, String> statuses = new HashMap<>();
    for (int i = 0; i < idsAndWords.length; i += 2) {
      statuses.put(idsAndWords[i], idsAndWords[i + 1]);
    }
    pages.get(page - 1).accept(new StatusBatch.Page(statuses, next, null));
  }

  private void fail(int page, StatusAnswer failure) {
    pages.get(page - 1).accept(new StatusBatch.Page(Map.of(), null, failure));
  }

  @Test
  void one_question_goes_back_to_the_oldest_post_and_answers_for_all() {
    ask(posted("1", Duration.ofSeconds(30)), posted("2", Duration.ofSeconds(60)));
    say(1, null, "1", "confirmed", "2", "undeliverable", "other", "revoked");

    assertThat(queries).hasSize(1);
    Instant since =
        Instant.parse(queries.get(0).replaceAll("updated_since=(.*)&fields=id,status", "$1"));
    assertThat(since).isBefore(now.minusSeconds(60)).isAfter(now.minusSeconds(300));
    assertThat(answers).isEqualTo(Map.of("1", Status.CONFIRMED, "2", Status.UNDELIVERABLE));
    assertThat(ones).isEmpty();
    assertThat(done).hasValue(1);
  }

  @Test
  void pages_are_read_to_the_end_and_the_later_word_counts() {
    ask(posted("1", Duration.ZERO), posted("2", Duration.ZERO));
    say(1, "page=2", "1", "received");
    assertThat(answers).isEmpty();
    say(2, null, "1", "confirmed", "2", "received");

    assertThat(queries).hasSize(2).endsWith("page=2");
    assertThat(answers).isEqualTo(Map.of("1", Status.CONFIRMED, "2", Status.RECEIVED));
  }

  @Test
  void pages_without_end_are_not() {
    ask(posted("1", Duration.ZERO));
    for (int i = 1; i <= pages.size() && i < 1_000; i++) {
      say(i, "again", "other", "received");
    }
    assertThat(pages).hasSize(100);
    assertThat(ones).as("what the pages did not come to").containsKey("1");
  }

  @Test
  void pages_are_asked_for_no_longer_than_the_channels_timeout() {
    ask(List.of(posted("1", Duration.ZERO)), Duration.ZERO);
    say(1, "page=2", "other", "received");

    assertThat(pages).hasSize(1);
    assertThat(ones).containsKey("1");
  }

  @Test
  void what_is_not_mentioned_has_not_changed() {
    ask(posted("1", Duration.ZERO), posted("2", Duration.ZERO, 3, true, false));
    say(1, null);

    assertThat(answers).isEqualTo(Map.of("1", Status.RECEIVED, "2", Status.CONFIRMED));
    assertThat(ones).isEmpty();
  }

  @Test
  void what_is_not_mentioned_when_it_would_become_final_or_for_long_is_asked_about() {
    ask(
        posted("final", Duration.ZERO, 3, true, true),
        posted("7", Duration.ZERO, 7, false, false),
        posted("8", Duration.ZERO, 8, false, false),
        posted("9", Duration.ZERO, 9, false, false),
        posted("16", Duration.ZERO, 16, false, false));
    say(1, null);

    assertThat(answers).containsOnlyKeys("7", "9");
    assertThat(ones).as("two at once").hasSize(2);
    ones.values().stream().toList().forEach(one -> one.accept(Status.CONFIRMED));
    assertThat(ones).containsOnlyKeys("final", "8", "16");
    assertThat(done).hasValue(0);
    ones.entrySet().stream()
        .filter(e -> !answers.containsKey(e.getKey()))
        .toList()
        .forEach(e -> e.getValue().accept(Status.REVOKED));
    assertThat(answers).hasSize(5);
    assertThat(done).hasValue(1);
  }

  @Test
  void a_delivery_much_older_than_the_others_does_not_make_the_answer_long() {
    List<StatusBatch.Checked> all =
        new ArrayList<>(
            IntStream.range(0, 20).mapToObj(i -> posted("m" + i, Duration.ofMinutes(i))).toList());
    all.add(posted("old", Duration.ofDays(3)));
    ask(all, Duration.ofMinutes(1));
    say(1, null);

    Instant since =
        Instant.parse(queries.get(0).replaceAll("updated_since=(.*)&fields=id,status", "$1"));
    assertThat(since).isAfter(now.minus(Duration.ofMinutes(30)));
    assertThat(ones).containsOnlyKeys("old");
    assertThat(answers).hasSize(20);
  }

  @Test
  void a_channel_that_cannot_be_reached_is_not_asked_about_each() {
    ask(posted("1", Duration.ZERO), posted("2", Duration.ZERO));
    StatusAnswer down = new StatusAnswer.Unreachable("no connection");
    fail(1, down);

    assertThat(answers).isEqualTo(Map.of("1", down, "2", down));
    assertThat(ones).isEmpty();
    assertThat(done).hasValue(1);
  }

  @Test
  void a_channel_that_knows_no_batches_is_asked_about_each() {
    ask(posted("1", Duration.ZERO), posted("2", Duration.ZERO));
    fail(1, new StatusAnswer.NoStatus("answered 404"));

    assertThat(ones).containsOnlyKeys("1", "2");
  }
}
