-- The message lake: every message once, with what is known of it. It may live in a database of its
-- own, so nothing here refers to another table.
CREATE TABLE message_lake (
    sender         text        NOT NULL,
    sender_ref     text        NOT NULL,
    receiver       text        NOT NULL,
    subject        text        NOT NULL,
    obj            text        NOT NULL,
    predicate      text        NOT NULL,
    message_id     bigint      NOT NULL,
    status         text        NOT NULL DEFAULT 'pending',
    channel_id     text,
    channel_txn_id text,
    reason         text,
    applied_seq    bigint      NOT NULL DEFAULT 0,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT message_lake_pk PRIMARY KEY (sender, sender_ref),
    CONSTRAINT message_lake_status_is_known CHECK (status IN ('pending', 'accepted', 'rejected')),
    CONSTRAINT message_lake_reason_is_known CHECK (reason IN
        ('no_route', 'refused', 'undeliverable', 'revoked', 'expired', 'invalid', 'operator'))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

COMMENT ON TABLE message_lake IS 'each message and its metadata';
COMMENT ON COLUMN message_lake.message_id IS 'delivery_outbox.id; the journal is found by it';
COMMENT ON COLUMN message_lake.applied_seq IS 'seq of the newest update applied; an older one does nothing';

-- Pages of GET /messages. No index covers a column that an update changes, so updates stay in the
-- page of the row (HOT).
CREATE INDEX message_lake_by_id ON message_lake (message_id);
