-- Early receipts are looked for by the delivery that a later one is about, however many are kept.
CREATE INDEX channel_receipts_by_txn ON channel_receipts (channel_id, channel_txn_id, seq)
    WHERE due_at IS NOT NULL;
CREATE INDEX channel_receipts_by_reference ON channel_receipts (channel_id, sender, sender_ref, seq)
    WHERE due_at IS NOT NULL;
DROP INDEX channel_receipts_early;
-- What an operator lists.
CREATE INDEX channel_receipts_aside ON channel_receipts (seq) WHERE due_at IS NULL;
