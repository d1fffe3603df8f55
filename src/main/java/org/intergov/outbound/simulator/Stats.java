package org.intergov.outbound.simulator;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;

/**
 * What a simulated channel has seen since it started, and what its messages have come to by now.
 *
 * @param posts every {@code POST /messages} whose body arrived, whatever the answer
 * @param distinctKeys different {@code Idempotency-Key} values on well-formed posts
 * @param repeats posts of a key that was already taken, which stored nothing; 0 with {@code
 *     --ignore-keys}
 * @param duplicates messages stored beyond the first of one key (without a key: of one content),
 *     that is, messages a recipient gets twice; 0 as long as every post has its key and keys are
 *     honoured
 * @param messages messages stored, duplicates included
 * @param refused posts answered with 400, 413 or 422: refused by fate, malformed, too large, or a
 *     known key with another message
 * @param unavailable posts answered 503; connections refused while down are not seen, nor counted
 * @param serverErrors posts answered 500
 * @param lostReplies posts whose connection was closed, or left hanging, without a reply though the
 *     message was taken
 * @param statusChecks every {@code GET /messages/{id}}, of unknown ids too
 * @param confirmed messages whose status is confirmed now
 * @param undeliverable messages whose status is undeliverable now
 * @param revoked messages whose status is revoked now
 */
public record Stats(
    long posts,
    long distinctKeys,
    long repeats,
    long duplicates,
    long messages,
    long refused,
    long unavailable,
    long serverErrors,
    long lostReplies,
    long statusChecks,
    long confirmed,
    long undeliverable,
    long revoked) {

  /** The JSON that {@code GET /stats} answers with. */
  public String json() {
    return JsonNodeFactory.instance
        .objectNode()
        .put("posts", posts)
        .put("distinct_keys", distinctKeys)
        .put("repeats", repeats)
        .put("duplicates", duplicates)
        .put("messages", messages)
        .put("refused", refused)
        .put("unavailable", unavailable)
        .put("server_errors", serverErrors)
        .put("lost_replies", lostReplies)
        .put("status_checks", statusChecks)
        .put("confirmed", confirmed)
        .put("undeliverable", undeliverable)
        .put("revoked", revoked)
        .toString();
  }
}
