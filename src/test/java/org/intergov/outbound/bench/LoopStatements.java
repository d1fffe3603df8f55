package org.intergov.outbound.bench;

/** What the loop runs; each as few statements as its effects allow. */
final class LoopStatements {
  private LoopStatements() {}

  static final String SUBMIT =
      """
      WITH m AS (
        INSERT INTO delivery_outbox
          (sender, sender_ref, receiver, subject, obj, predicate, channel_id, admitted)
        SELECT u.sender, u.sender_ref, u.receiver, u.subject, u.obj, u.predicate, ?, true
        FROM unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
          AS u (sender_ref, sender, receiver, subject, obj, predicate)
        WHERE NOT EXISTS (SELECT FROM message_lake l
                          WHERE l.sender = u.sender AND l.sender_ref = u.sender_ref)
        ON CONFLICT (sender, sender_ref) DO NOTHING
        RETURNING id, sender, sender_ref, receiver, subject, obj, predicate
      ), entry AS (
        INSERT INTO message_lake (message_id, sender, sender_ref, receiver, subject, obj, predicate)
        SELECT * FROM m ON CONFLICT (sender, sender_ref) DO NOTHING
      ), journal AS (
        INSERT INTO delivery_status (message_id, sender, sender_ref, event)
        SELECT id, sender, sender_ref, 'submitted' FROM m
      )
      SELECT id FROM m
      """;

  static final String CLAIM =
      """
      WITH picked AS MATERIALIZED (
        SELECT o.ctid AS place FROM delivery_outbox o
        WHERE coalesce(o.channel_id, '') = ? AND o.stage = 'open' AND o.due_at <= now()
          AND (o.locked_until IS NULL OR o.locked_until <= now())
        ORDER BY o.due_at, o.id LIMIT ? FOR UPDATE SKIP LOCKED
      )
      UPDATE delivery_outbox o
      SET status = 'sending', lock_token = ?::uuid, updated_at = now(),
          locked_until = now() + interval '40 seconds'
      FROM picked WHERE o.ctid = picked.place
      RETURNING o.id, o.sender_ref, o.sender, o.receiver, o.subject, o.obj, o.predicate
      """;

  private static final String SETTLE =
      """
      WITH u AS MATERIALIZED (
        SELECT t.*, ?::text AS channel_id
        FROM unnest(?::int8[], ?::text[], ?::text[]) WITH ORDINALITY AS t (id, sender_ref, txn, n)
      ), o AS (
        UPDATE delivery_outbox o
        SET status = 'accepted', attempts = 1, due_at = now(), locked_until = NULL,
            updated_at = now()
        FROM u WHERE o.id = ANY (ARRAY[u.id]) AND o.status = 'sending'
        RETURNING o.id
      ),
      """;

  static final String SETTLE_RECEIVED =
      SETTLE
          + """
            follow AS (
              INSERT INTO channel_pending
                (message_id, sender, sender_ref, channel_id, channel_txn_id, due_at)
              SELECT id, 'AU', sender_ref, channel_id, txn, now() + interval '1 hour' FROM u
            ), later AS (
              INSERT INTO message_updates (message_id, sender, sender_ref, patch)
              SELECT id, 'AU', sender_ref, jsonb_build_object('status', 'pending',
                'channel_id', channel_id, 'channel_txn_id', txn) FROM u ORDER BY n
            ), journal AS (
              INSERT INTO delivery_status
                (message_id, sender, sender_ref, event, channel_id, channel_txn_id, attempt)
              SELECT id, 'AU', sender_ref, 'posted', channel_id, txn, 1 FROM u
            )
            SELECT count(*) FROM o
            """;

  static final String SETTLE_CONFIRMED =
      SETTLE
          + """
            later AS (
              INSERT INTO message_updates (message_id, sender, sender_ref, patch)
              SELECT id, 'AU', sender_ref, jsonb_build_object('status', 'accepted',
                'channel_id', channel_id, 'channel_txn_id', txn) FROM u ORDER BY n
            ), journal AS (
              INSERT INTO delivery_status
                (message_id, sender, sender_ref, event, channel_id, channel_txn_id, attempt)
              SELECT id, 'AU', sender_ref, e.event, channel_id, txn, e.attempt
              FROM u CROSS JOIN (VALUES ('posted', 1), ('confirmed', NULL)) AS e (event, attempt)
            )
            SELECT count(*) FROM o
            """;

  static final String CLAIM_UPDATES =
      """
      WITH picked AS MATERIALIZED (
        SELECT ctid AS place FROM message_updates WHERE parked_at IS NULL AND due_at <= now()
        ORDER BY due_at, seq LIMIT ? FOR UPDATE SKIP LOCKED
      )
      UPDATE message_updates m
      SET lock_token = ?::uuid, locked_until = now() + interval '60 seconds',
          due_at = now() + interval '60 seconds'
      FROM picked WHERE m.ctid = picked.place
      RETURNING m.seq, m.message_id
      """;

  static final String APPLY =
      """
      WITH job AS (
        DELETE FROM message_updates WHERE seq = ANY (?) AND lock_token = ?::uuid
        RETURNING seq, message_id, sender, sender_ref, patch
      ), applied AS (
        UPDATE message_lake l
        SET status = j.patch ->> 'status', channel_id = j.patch ->> 'channel_id',
            channel_txn_id = j.patch ->> 'channel_txn_id', reason = NULL, applied_seq = j.seq,
            updated_at = now()
        FROM job j WHERE l.message_id = ANY (ARRAY[j.message_id])
          AND l.sender = j.sender AND l.sender_ref = j.sender_ref AND l.applied_seq < j.seq
      ), journal AS (
        INSERT INTO delivery_status
          (message_id, sender, sender_ref, event, channel_id, channel_txn_id)
        SELECT message_id, sender, sender_ref, 'accepted', patch ->> 'channel_id',
          patch ->> 'channel_txn_id'
        FROM job WHERE patch ->> 'status' = 'accepted' ORDER BY seq
      )
      SELECT count(*) FROM job
      """;
}
