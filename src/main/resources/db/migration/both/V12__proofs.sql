-- Whether a transaction whose answer was cut off has happened is proved by a row that it wrote itself.
-- An id of the server's proves nothing: after a crash the same one is given to another transaction.
CREATE TABLE commit_marker (
    connection uuid        PRIMARY KEY,
    marker     uuid        NOT NULL,
    at         timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);

COMMENT ON TABLE commit_marker IS 'the newest transaction of each connection; it is there if, and only if, that transaction is';

-- Which server, and which timeline of it, the rows here were last written on. A promoted standby and a
-- restored backup have another one.
CREATE TABLE server_history (
    one_row   boolean     PRIMARY KEY DEFAULT true,
    server    text        NOT NULL,
    since     timestamptz NOT NULL DEFAULT now(),
    before    text,
    forgot_at timestamptz,
    CONSTRAINT server_history_is_one_row CHECK (one_row)
);

COMMENT ON COLUMN server_history.forgot_at IS 'when a standby was promoted, or a backup restored, that may have lacked what was done last';
COMMENT ON TABLE server_history IS 'the server and the timeline that the gateways last wrote on';
