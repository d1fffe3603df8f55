-- The delivery outbox, the channel pending deliveries, the two queues towards the lake, and the
-- journal.

-- Orders what happens to one message; message updates and rejected messages share it.
CREATE SEQUENCE message_seq;

CREATE TABLE delivery_outbox (
    id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender       text        NOT NULL,
    sender_ref   text        NOT NULL DEFAULT gen_random_uuid()::text,
    receiver     text        NOT NULL,
    subject      text        NOT NULL,
    obj          text        NOT NULL,
    predicate    text        NOT NULL,
    status       text        NOT NULL DEFAULT 'pending',
    channel_id   text,
    refused_by   text[]      NOT NULL DEFAULT '{}',
    generation   integer     NOT NULL DEFAULT 1,
    attempts     integer     NOT NULL DEFAULT 0,
    unknowns     integer     NOT NULL DEFAULT 0,
    due_at       timestamptz NOT NULL DEFAULT now(),
    locked_until timestamptz,
    lock_token   uuid,
    expires_at   timestamptz NOT NULL DEFAULT now() + interval '7 days',
    last_error   text,
    admitted     boolean     NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT delivery_outbox_reference_is_unique UNIQUE (sender, sender_ref),
    CONSTRAINT delivery_outbox_status_is_known
        CHECK (status IN ('pending', 'sending', 'accepted', 'rejected', 'held')),
    CONSTRAINT delivery_outbox_sender_is_two_upper_case_letters CHECK (sender ~ '^[A-Z]{2}$'),
    CONSTRAINT delivery_outbox_receiver_is_two_upper_case_letters CHECK (receiver ~ '^[A-Z]{2}$'),
    CONSTRAINT delivery_outbox_sender_ref_is_1_to_256_characters
        CHECK (char_length(sender_ref) BETWEEN 1 AND 256),
    CONSTRAINT delivery_outbox_subject_is_1_to_2048_characters
        CHECK (char_length(subject) BETWEEN 1 AND 2048),
    CONSTRAINT delivery_outbox_obj_is_1_to_256_characters CHECK (char_length(obj) BETWEEN 1 AND 256),
    CONSTRAINT delivery_outbox_predicate_is_1_to_512_characters
        CHECK (char_length(predicate) BETWEEN 1 AND 512)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0.02);

COMMENT ON TABLE delivery_outbox IS 'work of the multichannel router; another system may insert the message columns alone';
COMMENT ON COLUMN delivery_outbox.channel_id IS 'the lane; null: not routed yet';
COMMENT ON COLUMN delivery_outbox.attempts IS 'posts to this channel in this generation';
COMMENT ON COLUMN delivery_outbox.unknowns IS 'how many of them had an unknown outcome; above 0 the message never moves to another channel by itself';
COMMENT ON COLUMN delivery_outbox.due_at IS 'pending: when it is to be sent; sending: when the lease runs out';
COMMENT ON COLUMN delivery_outbox.admitted IS 'the lake entry and the journal''s submitted exist';

-- The router's one hot index: what is due, by lane. Finished rows are not in it.
CREATE INDEX delivery_outbox_due ON delivery_outbox (coalesce(channel_id, ''), due_at, id)
    WHERE status IN ('pending', 'sending');
-- What an operator looks for.
CREATE INDEX delivery_outbox_held ON delivery_outbox (id) WHERE status = 'held';

CREATE TABLE channel_pending (
    message_id     bigint      PRIMARY KEY,
    sender         text        NOT NULL,
    sender_ref     text        NOT NULL,
    channel_id     text        NOT NULL,
    channel_txn_id text        NOT NULL,
    state          text        NOT NULL DEFAULT 'received',
    due_at         timestamptz NOT NULL,
    locked_until   timestamptz,
    lock_token     uuid,
    checks         integer     NOT NULL DEFAULT 0,
    posted_at      timestamptz NOT NULL DEFAULT now(),
    confirmed_at   timestamptz,
    last_problem   text,
    CONSTRAINT channel_pending_state_is_known CHECK (state IN ('received', 'confirmed'))
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0.02);

COMMENT ON TABLE channel_pending IS 'deliveries a channel has taken and that are not final yet';
COMMENT ON COLUMN channel_pending.due_at IS 'when the channel is asked next; a claim moves it on by poll.every';
COMMENT ON COLUMN channel_pending.last_problem IS 'the last answer that was no status; a repeat is not journaled again';

CREATE INDEX channel_pending_due ON channel_pending (channel_id, due_at);

CREATE TABLE message_updates (
    seq          bigint      PRIMARY KEY DEFAULT nextval('message_seq'),
    sender       text        NOT NULL,
    sender_ref   text        NOT NULL,
    message_id   bigint      NOT NULL,
    patch        jsonb       NOT NULL,
    due_at       timestamptz NOT NULL DEFAULT now(),
    locked_until timestamptz,
    lock_token   uuid,
    attempts     integer     NOT NULL DEFAULT 0,
    last_error   text,
    parked_at    timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

COMMENT ON TABLE message_updates IS 'updates for the lake; a row is deleted once it is applied';
COMMENT ON COLUMN message_updates.patch IS 'the metadata after this update, complete, so that a late or repeated one does no harm';
COMMENT ON COLUMN message_updates.parked_at IS 'given up after too many tries; an operator decides';

CREATE INDEX message_updates_due ON message_updates (due_at, seq) WHERE parked_at IS NULL;

CREATE TABLE rejected_messages (
    seq            bigint      PRIMARY KEY DEFAULT nextval('message_seq'),
    sender         text        NOT NULL,
    sender_ref     text        NOT NULL,
    message_id     bigint      NOT NULL,
    reason         text        NOT NULL,
    detail         text,
    channel_id     text,
    channel_txn_id text,
    due_at         timestamptz NOT NULL DEFAULT now(),
    locked_until   timestamptz,
    lock_token     uuid,
    attempts       integer     NOT NULL DEFAULT 0,
    last_error     text,
    parked_at      timestamptz,
    CONSTRAINT rejected_messages_reason_is_known CHECK (reason IN
        ('no_route', 'refused', 'undeliverable', 'revoked', 'expired', 'invalid', 'operator'))
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);

COMMENT ON TABLE rejected_messages IS 'rejections for the lake; a row is deleted once it is applied';

CREATE INDEX rejected_messages_due ON rejected_messages (due_at, seq) WHERE parked_at IS NULL;

CREATE TABLE delivery_status (
    seq            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message_id     bigint      NOT NULL,
    sender         text        NOT NULL,
    sender_ref     text        NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    event          text        NOT NULL,
    channel_id     text,
    channel_txn_id text,
    attempt        integer,
    detail         text,
    xact           xid8        NOT NULL DEFAULT pg_current_xact_id(),
    CONSTRAINT delivery_status_event_is_known CHECK (event IN
        ('submitted', 'routed', 'screened', 'no_route', 'posted', 'refused', 'unavailable', 'unknown',
         'possible_duplicate', 'retry_scheduled', 'failed_over', 'confirmed', 'final', 'undeliverable',
         'revoked', 'accepted', 'rejected', 'held', 'gave_up', 'expired', 'replayed', 'resolved',
         'lease_lost'))
);

COMMENT ON TABLE delivery_status IS 'the delivery status journal: append-only, one row for each event';
COMMENT ON COLUMN delivery_status.xact IS 'the transaction that wrote it; what is older than every running one is complete';

CREATE INDEX delivery_status_of_message ON delivery_status (message_id, seq);

-- What an operator switched, seen by every replica.
CREATE TABLE channel_state (
    channel_id text        PRIMARY KEY,
    paused_at  timestamptz,
    paused_by  text
);

COMMENT ON TABLE channel_state IS 'lanes that an operator has paused';
