package org.intergov.outbound.flow;

import static org.assertj.core.api.Assertions.assertThat;

import org.intergov.outbound.delivery.Receipt;
import org.intergov.outbound.delivery.StatusAnswer.Status;
import org.intergov.outbound.message.Reference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is a receipt, and why what is none is none. */
class ReceiptReaderTest {

  private static Receipt receipt(String body) {
    ReceiptReader.Read read = ReceiptReader.read("r1", body);
    assertThat(read.poison()).isNull();
    return read.receipt();
  }

  @Test
  void by_id() {
    String body = "{\"id\":\"17\",\"status\":\"confirmed\"}";
    assertThat(receipt(body))
        .isEqualTo(new Receipt("r1", "17", null, null, Status.CONFIRMED, body));
  }

  @Test
  void by_an_id_that_is_a_number() {
    assertThat(receipt("{\"id\":17,\"status\":\"revoked\"}").channelTxnId()).isEqualTo("17");
  }

  @Test
  void by_reference_and_key_with_other_fields_around() {
    Receipt r =
        receipt(
            " {\"at\":{\"x\":[1]},\"reference\":\"AU:a b\",\"idempotency_key\":\"AU:a%20b#2\","
                + "\"status\":\"undeliverable\"}\n");

    assertThat(r.reference()).isEqualTo(new Reference("AU", "a b"));
    assertThat(r.key()).isEqualTo("AU:a%20b#2");
    assertThat(r.status()).isEqualTo(Status.UNDELIVERABLE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hello                                        | not JSON
          ''                                           | not a JSON object
          [1]                                          | not a JSON object
          {"id":"1","status":"confirmed"               | not JSON
          {"id":"1","id":"2","status":"confirmed"}     | not JSON, or a field is given twice
          {"id":"1","status":"confirmed"} {}           | something follows
          {"status":"confirmed"}                       | neither id nor reference
          {"id":null,"status":"confirmed"}             | neither id nor reference
          {"id":" ","status":"confirmed"}              | id or idempotency_key is empty
          {"id":"a\\u0000","status":"confirmed"}       | control characters
          {"id":"1"}                                   | status is not received, confirmed
          {"id":"1","status":"con firmed"}             | status is not received, confirmed
          {"reference":"nonsense","status":"confirmed"} | reference is "nonsense"
          """)
  void is_poison(String body, String why) {
    ReceiptReader.Read read = ReceiptReader.read("r1", body);

    assertThat(read.receipt()).isNull();
    assertThat(read.poison().error()).contains(why);
    assertThat(read.poison().content()).isEqualTo(body);
  }

  @Test
  void poison_keeps_the_reference_it_names() {
    assertThat(
            ReceiptReader.read("r1", "{\"reference\":\"AU:1\",\"status\":\"?\"}")
                .poison()
                .reference())
        .isEqualTo(new Reference("AU", "1"));
  }

  @Test
  void what_is_too_large_is_not_read() {
    String body = "{\"id\":\"1\",\"status\":\"confirmed\",\"x\":\"" + "x".repeat(65_536) + "\"}";

    assertThat(ReceiptReader.read("r1", body).poison().error()).contains("64 kB at most");
    assertThat(ReceiptReader.read("r1", null).poison().content()).isEmpty();
  }
}
