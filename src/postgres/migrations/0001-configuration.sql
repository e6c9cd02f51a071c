-- What people configured, and what rooms keep between starts.
--
-- Texts that are compared or sorted have the collation "C", the order of their bytes, whatever language the database has. A text
-- of people can have a NUL, which PostgreSQL can't store: see src/postgres/text.ts.

CREATE TABLE note (name text COLLATE "C" PRIMARY KEY, text text NOT NULL);
