package org.intergov.outbound.acceptance;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.stream.IntStream;

/** A message as a government system submits it; subject and reference are made of one name. */
record Sent(String ref, String receiver, String subject, String obj, String predicate) {

  static Sent to(String receiver, String name) {
    return new Sent(
        name,
        receiver,
        "AU." + name,
        "https://trade.example/" + name,
        "UN.CEFACT.Trade.CertificateOfOrigin.created");
  }

  static List<Sent> many(String receiver, String name, int count) {
    return IntStream.rangeClosed(1, count).mapToObj(i -> to(receiver, name + "-" + i)).toList();
  }

  Sent predicate(String other) {
    return new Sent(ref, receiver, subject, obj, other);
  }

  Sent obj(String other) {
    return new Sent(ref, receiver, subject, other, predicate);
  }

  String reference() {
    return "AU:" + ref;
  }

  ObjectNode node() {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("sender", "AU").put("receiver", receiver).put("subject", subject);
    return node.put("obj", obj).put("predicate", predicate).put("sender_ref", ref);
  }

  String json() {
    return node().toString();
  }
}
