-- A channel that takes its confirmation back is rare, and then only the updates of that message matter.
CREATE INDEX message_updates_accepted ON message_updates (message_id) WHERE patch ->> 'status' = 'accepted';
