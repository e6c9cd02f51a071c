-- How many partitions the database has: one row, written by the first start. Rows and ids name partitions, so it never changes.
CREATE TABLE partition_count (count INTEGER NOT NULL);
