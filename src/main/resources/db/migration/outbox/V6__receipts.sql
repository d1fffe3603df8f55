-- Deliveries whose state receipts drive are found by the channel's own id. Those that the poller asks
-- about are not in the index, so it costs them nothing.
ALTER TABLE channel_pending ADD COLUMN by_receipts boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN channel_pending.by_receipts IS 'receipts of its channel drive its state';

CREATE INDEX channel_pending_by_txn ON channel_pending (channel_id, channel_txn_id) WHERE by_receipts;

-- Receipts that are not done with: too early, or put aside for an operator.
CREATE TABLE channel_receipts (
    seq            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    channel_id     text        NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    receipt_id     text        NOT NULL,
    content        text        NOT NULL,
    channel_txn_id text,
    sender         text,
    sender_ref     text,
    key            text,
    status         text,
    attempts       integer     NOT NULL DEFAULT 0,
    due_at         timestamptz,
    error          text        NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

COMMENT ON TABLE channel_receipts IS 'receipts that came before the post they tell of was written (due_at: when they are tried next), and receipts put aside (due_at is null): nothing is done with those, an operator may delete them';
COMMENT ON COLUMN channel_receipts.receipt_id IS 'what the queue or the topic calls it';
COMMENT ON COLUMN channel_receipts.content IS 'as it came, its first 4000 characters';

CREATE INDEX channel_receipts_due ON channel_receipts (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX channel_receipts_early ON channel_receipts (channel_id, seq) WHERE due_at IS NOT NULL;
-- A receipt that is delivered again is not kept twice.
CREATE UNIQUE INDEX channel_receipts_once ON channel_receipts (channel_id, receipt_id);
