-- Channels with "ordering: subject" send the messages of one subject one after the other. Only rows in
-- their lanes are marked and stand in this index; for all others it costs nothing.
ALTER TABLE delivery_outbox ADD COLUMN in_order boolean NOT NULL DEFAULT false;

COMMENT ON COLUMN delivery_outbox.in_order IS 'a lane with "ordering: subject" has seen it; while an earlier one of its subject is not finished there, its due_at is its expires_at';

CREATE INDEX delivery_outbox_in_order
    ON delivery_outbox (channel_id, hashtextextended(subject, 0), id)
    WHERE in_order AND stage <> 'done';

ALTER TABLE channel_state ADD COLUMN reason text;

COMMENT ON COLUMN channel_state.reason IS 'what the operator gave as the reason';
