-- Statistics: what happened to each thing, in steps of time.
--
-- A row holds the figures of some things of a kind: `part` is a share of its ids, so that no row is long, however many
-- things there are. What was just counted is written as it is (`fresh_statistic`, several rows for a minute). When its
-- minute is over it moves into the rows of the steps, each length of them. `figures` is JSON; in rows that stay a
-- Zstandard frame of it where that is worth its time.

CREATE TABLE fresh_statistic (at INTEGER NOT NULL, kind TEXT NOT NULL, part INTEGER NOT NULL, figures TEXT NOT NULL);
CREATE INDEX fresh_statistic_place ON fresh_statistic (at, kind, part);

CREATE TABLE statistic (
  step_ms INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, part INTEGER NOT NULL, figures NOT NULL,
  UNIQUE (step_ms, at, kind, part)
);
