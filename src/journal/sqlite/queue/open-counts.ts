import type { Db } from '../../../sqlite/db.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { UnfinishedCount, UnresolvedCount } from '../../journal.ts';

/** Counts of the present state. Each reads one index, and writes nothing when a delivery changes. */
export const openCountOperations = {
  unfinished: (db: Db, now: number): UnfinishedCount[] =>
    db.all(
      `SELECT destination AS destinationId, connection AS connectionId, nullif(replay, '') AS replayId, open, due,
         (SELECT created_at FROM delivery WHERE number = first) AS firstAt,
         (SELECT created_at FROM delivery WHERE number = firstLater) AS firstLaterAt
       FROM (SELECT target, count(*) AS open, count(*) FILTER (WHERE due_at <= ?1) AS due, min(number) AS first,
               min(number) FILTER (WHERE due_at > ?1) AS firstLater
             FROM delivery INDEXED BY delivery_due WHERE due_at IS NOT NULL GROUP BY target)
       JOIN target ON target.id = target ORDER BY destination, connection, replay`,
      now,
    ),

  /**
   * The failed deliveries by target, without tests and without those of a family (a delivery and all that repeat it) in which
   * one was delivered, or a later one repeats it. Families are few: they come from replays.
   */
  unresolved: (db: Db, _: null): UnresolvedCount[] =>
    db.all(
      `WITH member AS MATERIALIZED (
         SELECT replay_of AS root, number, status, target, test
         FROM delivery INDEXED BY delivery_replay_of WHERE replay_of IS NOT NULL
         UNION ALL
         SELECT number, number, status, target, test FROM delivery
         WHERE number IN (SELECT replay_of FROM delivery INDEXED BY delivery_replay_of WHERE replay_of IS NOT NULL)
       ), family AS (
         SELECT root, max(status = ${statusCodes.delivered}) AS isRecovered, max(number) AS newest FROM member GROUP BY root
       ), part AS (
         SELECT target, count(*) AS count FROM delivery INDEXED BY delivery_status
         WHERE status = ${statusCodes.failed} GROUP BY target
         UNION ALL
         SELECT target, -count(*) FROM delivery INDEXED BY delivery_test
         WHERE test = 1 AND status = ${statusCodes.failed} GROUP BY target
         UNION ALL
         SELECT target, -count(*) FROM member JOIN family ON family.root = member.root
         WHERE status = ${statusCodes.failed} AND test = 0 AND (isRecovered OR number <> newest) GROUP BY target
       )
       SELECT destination AS destinationId, connection AS connectionId, sum(count) AS count
       FROM part JOIN target ON target.id = part.target
       GROUP BY destination, connection HAVING sum(count) > 0 ORDER BY destination, connection`,
    ),
};
