-- Exchanges that were made for many deliveries at once.
--
-- A line of an attempt names its exchange by id; request and answer stand here once, however many deliveries they were
-- for. `live` counts the deliveries that have a line about it: the row leaves with the last of them. `members` is a JSON
-- list of delivery numbers in the order of their records, of which some may be gone.

CREATE TABLE batch_exchange (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, live INTEGER NOT NULL, members TEXT NOT NULL, exchange NOT NULL
);
