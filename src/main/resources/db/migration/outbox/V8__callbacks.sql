-- Subscriptions to changes of deliveries that channels were asked to call back about (WebSub). A row
-- lives as long as its delivery is pending.
CREATE TABLE channel_subscription (
    message_id     bigint      PRIMARY KEY,
    channel_id     text        NOT NULL,
    channel_txn_id text        NOT NULL,
    callback_id    uuid        NOT NULL DEFAULT gen_random_uuid(),
    due_at         timestamptz NOT NULL DEFAULT now(),
    attempts       integer     NOT NULL DEFAULT 0,
    lease_until    timestamptz,
    notified_at    timestamptz,
    CONSTRAINT channel_subscription_callback_is_unique UNIQUE (callback_id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

COMMENT ON TABLE channel_subscription IS 'pending deliveries whose channel calls back on changes; a callback only makes the poller ask now';
COMMENT ON COLUMN channel_subscription.callback_id IS 'the part of the callback''s address that nobody can guess';
COMMENT ON COLUMN channel_subscription.due_at IS 'when the channel is asked (again) to call back; a claim moves it on, so a failed or lost request is repeated then';
COMMENT ON COLUMN channel_subscription.attempts IS 'requests since the channel last verified one';
COMMENT ON COLUMN channel_subscription.lease_until IS 'how long the channel calls back, as it said when it verified; null: it has not';
COMMENT ON COLUMN channel_subscription.notified_at IS 'the last notification that was acted on, or is to be';

CREATE INDEX channel_subscription_due ON channel_subscription (channel_id, due_at);
