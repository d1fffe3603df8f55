-- Rows of other systems are refused if they hold what the gateway cannot. What is here already, and
-- not finished, is brought into line first.
UPDATE delivery_outbox
SET generation = least(greatest(generation, 1), 1000000),
    attempts = least(greatest(attempts, 0), 1000000),
    unknowns = least(greatest(unknowns, 0), 1000000),
    refused_by = string_to_array(array_to_string(refused_by, ','), ','),
    due_at = CASE WHEN isfinite(due_at) THEN due_at ELSE now() END,
    expires_at = CASE WHEN isfinite(expires_at) THEN expires_at ELSE now() + interval '7 days' END,
    locked_until = CASE WHEN isfinite(locked_until) THEN locked_until END,
    lock_token = CASE WHEN status = 'sending' THEN coalesce(lock_token, gen_random_uuid())
                      ELSE lock_token END,
    channel_id = nullif(channel_id, '')
WHERE stage <> 'done' AND NOT (
    generation BETWEEN 1 AND 1000000 AND attempts BETWEEN 0 AND 1000000
    AND unknowns BETWEEN 0 AND 1000000
    AND CASE WHEN array_ndims(refused_by) > 1 THEN false
             ELSE array_position(refused_by, NULL) IS NULL
                  AND array_to_string(refused_by, '') !~ ',' END
    AND isfinite(due_at) AND isfinite(expires_at)
    AND (locked_until IS NULL OR isfinite(locked_until))
    AND (status <> 'sending' OR lock_token IS NOT NULL) AND channel_id IS DISTINCT FROM '');

ALTER TABLE delivery_outbox
    ADD CONSTRAINT delivery_outbox_generation_is_1_or_more
        CHECK (generation BETWEEN 1 AND 1000000) NOT VALID,
    ADD CONSTRAINT delivery_outbox_attempts_is_0_or_more
        CHECK (attempts BETWEEN 0 AND 1000000) NOT VALID,
    ADD CONSTRAINT delivery_outbox_unknowns_is_0_or_more
        CHECK (unknowns BETWEEN 0 AND 1000000) NOT VALID,
    ADD CONSTRAINT delivery_outbox_refused_by_holds_channel_ids
        CHECK (CASE WHEN array_ndims(refused_by) > 1 THEN false
                    ELSE array_position(refused_by, NULL) IS NULL
                         AND array_to_string(refused_by, '') !~ ',' END) NOT VALID,
    ADD CONSTRAINT delivery_outbox_due_at_is_a_time CHECK (isfinite(due_at)) NOT VALID,
    ADD CONSTRAINT delivery_outbox_expires_at_is_a_time CHECK (isfinite(expires_at)) NOT VALID,
    ADD CONSTRAINT delivery_outbox_locked_until_is_a_time
        CHECK (isfinite(locked_until)) NOT VALID,
    ADD CONSTRAINT delivery_outbox_sending_has_a_lease
        CHECK (status <> 'sending' OR lock_token IS NOT NULL) NOT VALID,
    ADD CONSTRAINT delivery_outbox_channel_id_is_not_empty CHECK (channel_id <> '') NOT VALID;

COMMENT ON COLUMN delivery_outbox.lock_token IS 'the newest claim; its last 12 digits: 000000000000 claimed to be decided upon, not to be sent; 000000000001 the server''s history has changed, so it may have been sent; 000000000002 claimed again after it may have been sent; others: claimed to be sent';

-- After a change of the server's history numbers may have been given out that this server has never
-- seen. The next ones lie beyond them.
CREATE FUNCTION numbers_go_on() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = intergov, pg_temp AS $$
DECLARE
    s record;
BEGIN
    FOR s IN SELECT c.oid::regclass AS name FROM pg_class c
             WHERE c.relnamespace = 'intergov'::regnamespace AND c.relkind = 'S'
    LOOP
        PERFORM setval(s.name, nextval(s.name) + 1000000000);
    END LOOP;
END $$;

REVOKE ALL ON FUNCTION numbers_go_on() FROM PUBLIC;

-- Where a message was finished while another transaction was claiming from its lane, the next claim
-- from there lets the next of its subject go. No lane's work waits for another lane's lock.
CREATE TABLE ordered_turns (
    channel_id text NOT NULL,
    subject    text NOT NULL
);

COMMENT ON TABLE ordered_turns IS 'subjects of lanes with "ordering: subject" of which one was finished, and the next one is still to be made due';

CREATE INDEX ordered_turns_of_channel ON ordered_turns (channel_id);

-- A replay ends the rejection that it overtakes.
CREATE INDEX rejected_messages_of_message ON rejected_messages (message_id);
