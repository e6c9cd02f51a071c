-- What people ask of the owner of a partition at another node. A number is never used again: a response may come after the command was
-- withdrawn.
CREATE TABLE command (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  partition INTEGER NOT NULL,
  asked_at INTEGER NOT NULL,
  is_taken INTEGER NOT NULL DEFAULT 0,
  body TEXT NOT NULL,
  response TEXT
);
CREATE INDEX command_waiting ON command (partition, number) WHERE is_taken = 0;
