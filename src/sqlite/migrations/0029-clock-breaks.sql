-- Where times in the log of events or deliveries go back, since the clock was ahead before and then corrected.
--
-- Numbers order both logs; times follow the clock. Between two breaks times never go back, so that a time is found by a
-- binary search in each stretch. `log` is a partition of events, or -1 for deliveries; `number` is the first one after the
-- break, `ended_at` the last time before it, `began_at` the time to which the clock was set. Retention removes a break with
-- the last row before it.
CREATE TABLE clock_break (
  log INTEGER NOT NULL, number INTEGER NOT NULL, ended_at INTEGER NOT NULL, began_at INTEGER NOT NULL,
  PRIMARY KEY (log, number)
) WITHOUT ROWID;
