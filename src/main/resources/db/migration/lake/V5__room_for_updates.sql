-- Half of each page is left for the row's next version, so that an update writes no index (HOT).
ALTER TABLE message_lake SET (fillfactor = 50);
