-- A claim changes no indexed column and finds room in the page of its row, so it writes no index
-- (HOT). For that, what the indexes are about is a column of its own, which a claim does not change,
-- and a claim leaves due_at alone: a row that is claimed is passed over by its locked_until.
DROP INDEX delivery_outbox_due;
DROP INDEX delivery_outbox_held;

ALTER TABLE delivery_outbox ADD COLUMN stage text NOT NULL GENERATED ALWAYS AS
    (CASE WHEN status IN ('pending', 'sending') THEN 'open'
          WHEN status = 'held' THEN 'held' ELSE 'done' END) STORED;

COMMENT ON COLUMN delivery_outbox.stage IS 'open: in the router''s index; held: in the operator''s; done: in neither';
COMMENT ON COLUMN delivery_outbox.due_at IS 'when it is to be sent; a claim leaves it as it is';
COMMENT ON COLUMN delivery_outbox.locked_until IS 'when the lease of the newest claim runs out; null: it is settled';

-- A lease of a former version stands in due_at; it runs out as it would have.
UPDATE delivery_outbox SET locked_until = NULL WHERE status = 'pending' AND locked_until IS NOT NULL;

CREATE INDEX delivery_outbox_due ON delivery_outbox (coalesce(channel_id, ''), due_at, id)
    WHERE stage = 'open';
CREATE INDEX delivery_outbox_held ON delivery_outbox (id) WHERE stage = 'held';

-- Half of each page is left for the next versions of its rows.
ALTER TABLE delivery_outbox SET (fillfactor = 50);
