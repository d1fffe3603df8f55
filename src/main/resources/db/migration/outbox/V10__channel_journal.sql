-- What operators do to channels; delivery_status has what they do to messages. Append-only.
CREATE TABLE channel_journal (
    seq        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL DEFAULT now(),
    channel_id text,
    action     text        NOT NULL,
    who        text        NOT NULL,
    detail     text,
    CONSTRAINT channel_journal_action_is_known CHECK (action IN ('paused', 'resumed', 'reloaded'))
);

COMMENT ON TABLE channel_journal IS 'what operators did to channels, and who; rows are only appended';
COMMENT ON COLUMN channel_journal.channel_id IS 'NULL: all channels, when channels.yaml was read anew';
COMMENT ON COLUMN channel_journal.detail IS 'the reason that was given, or what a reload has changed';
