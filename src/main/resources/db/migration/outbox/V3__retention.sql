-- Where finished rows go once intergov.retention.* lets them leave. The columns of the table they
-- leave, and when they left. No keys and no indexes: nothing is looked up here.
CREATE TABLE delivery_outbox_archive (
    LIKE delivery_outbox,
    archived_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE delivery_outbox_archive IS 'finished rows that have left delivery_outbox; nothing in the flow reads them, they may be dumped and truncated at any time';

CREATE TABLE delivery_status_archive (
    LIKE delivery_status,
    archived_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE delivery_status_archive IS 'journal rows that have left delivery_status; nothing in the flow reads them, they may be dumped and truncated at any time';

COMMENT ON TABLE delivery_status IS 'the delivery status journal: one row for each event; never changed, and only retention takes rows away';

-- Rows leave at the lower end, where the next sweep begins: what is left of them must go before it
-- is a fifth of the table. Without retention this costs nothing, since no row dies.
ALTER TABLE delivery_status SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
