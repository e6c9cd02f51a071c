-- Statistics: what happened to each thing, in steps of time.
--
-- One row for all things of a kind in one step, `figures` being their figures by id as JSON (a Zstandard frame where
-- that is worth its time): a minute costs a handful of rows, however many things there are. A minute that is over is
-- added to the rows of the longer steps once; `is_counted` says that it was.

CREATE TABLE statistic (
  step_ms INTEGER NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, is_counted INTEGER NOT NULL, figures NOT NULL,
  UNIQUE (step_ms, kind, at)
);
