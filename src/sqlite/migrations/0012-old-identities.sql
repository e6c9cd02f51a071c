-- Identities are forgotten in the order of their time, so that a round of retention costs what it forgets and not all
-- that is remembered.

CREATE INDEX seen_at ON seen (at);
