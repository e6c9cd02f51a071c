-- A fingerprint has one issue, whoever finds the problem. Of those that an erasure made equal, the last seen one stays.

DELETE FROM issue WHERE id NOT IN (
  SELECT id FROM (
    SELECT id, row_number() OVER (PARTITION BY body ->> '$.fingerprint' ORDER BY body ->> '$.lastSeenAt' DESC) AS number
    FROM issue)
  WHERE number = 1);
CREATE UNIQUE INDEX issue_fingerprint ON issue (body ->> '$.fingerprint');
