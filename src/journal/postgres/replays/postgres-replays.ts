import { countsInSteps } from '../../../async/in-steps.ts';
import { appendAudit } from '../../../audit/postgres/append.ts';
import { placeOf } from '../../../contract/ids.ts';
import type { ReplayState } from '../../../contract/records/replay-limits.ts';
import type { Postgres } from '../../../postgres/postgres.ts';
import { storable, storedText } from '../../../postgres/text.ts';
import { statusCodes } from '../../codec/status-codes.ts';
import type { CancelledCount, Replays, StoredReplay } from '../../replays.ts';
import { finishWaiting } from '../finishing.ts';
import { changeUnder } from '../partition-memory.ts';
import { type AdvanceParts, advance } from './advance.ts';
import { openOfReplay, outcomeOf, passedOfReplay } from './outcome.ts';

type ReplayRow = Omit<StoredReplay, 'input' | 'planLeftOut' | 'leftOut' | 'outcome'> & {
  input: string;
  planLeftOut: string;
  leftOut: string;
  outcome: string | null;
};

const columns = `id, state, input, started_by AS "startedBy", created_at AS "createdAt", finished_at AS "finishedAt",
  up_to AS "upTo", cursor, is_read AS "isRead", partition, total, plan_left_out AS "planLeftOut", made,
  left_out AS "leftOut", outcome`;

/** Greater than the id of every replay. */
const lastId = '\u{10ffff}';

export function postgresReplays(parts: Pick<Postgres, 'read'> & AdvanceParts): Replays {
  const { query, read, transaction, words } = parts;

  return {
    async create(replay, entry) {
      const { id, input, startedBy, createdAt, upTo, partition, total, planLeftOut } = replay;
      await transaction(async (within) => {
        await within(
          `INSERT INTO replay (id, state, input, started_by, created_at, up_to, partition, total, plan_left_out)
           VALUES ($1, 'planned', $2, $3, $4, $5, $6, $7, $8)`,
          [
            ...[id, JSON.stringify(input), storable(startedBy), createdAt, upTo, partition, total],
            JSON.stringify(planLeftOut),
          ],
        );
        if (entry !== undefined) await appendAudit(within, [entry]);
      });
    },

    async replay(id) {
      const [row] = await query<ReplayRow>(`SELECT ${columns} FROM replay WHERE id = $1`, [storable(id)]);
      return row === undefined ? null : storedOf(row);
    },

    async replays({ limit, before, after, state }) {
      const rows = await query<ReplayRow>(
        `SELECT ${columns} FROM replay WHERE id < $1 AND id > $2 AND ($3::text IS NULL OR state = $3)
         ORDER BY id ${after === undefined ? 'DESC' : 'ASC'} LIMIT $4`,
        [before ?? lastId, after ?? '', state ?? null, limit],
      );
      return (after === undefined ? rows : rows.reverse()).map(storedOf);
    },

    async open({ limit }) {
      const unfinished = ['pending', 'retrying', 'held'].map((status) => `(outcome::jsonb ->> '${status}')::bigint`);
      const rows = await query<ReplayRow>(
        `SELECT ${columns} FROM replay
         WHERE state IN ('planned', 'running', 'paused') OR (state = 'cancelled' AND ${unfinished.join(' + ')} > 0)
         ORDER BY id DESC LIMIT $1`,
        [limit],
      );
      return rows.map(storedOf);
    },

    move: (id, { from, to, now }, entry) =>
      transaction(async (within) => {
        const sql = 'SELECT state, finished_at AS "finishedAt" FROM replay WHERE id = $1 FOR UPDATE';
        const [row] = await within<{ state: ReplayState; finishedAt: number | null }>(sql, [storable(id)]);
        if (row === undefined || !from.includes(row.state)) return false;
        const isEnd = to === 'done' || to === 'cancelled';
        const outcome = isEnd ? JSON.stringify(await outcomeOf(within, id, { destinationIds: [], now })) : null;
        await within('UPDATE replay SET state = $2, finished_at = $3, outcome = $4 WHERE id = $1', [
          ...[id, to, isEnd ? (row.finishedAt ?? now) : null, outcome],
        ]);
        if (entry !== undefined) await appendAudit(within, [entry]);
        return true;
      }),

    advance: (lease, step) => advance(parts, lease, step),

    async isPassing() {
      return (await query('SELECT 1 FROM passed_delivery WHERE replay IS NOT NULL LIMIT 1')).length > 0;
    },

    outcome: (id, onHold = { destinationIds: [], now: 0 }) => outcomeOf(read, id, onHold),

    async isMoving(id, onHold) {
      const rows = await query(
        `WITH ${openOfReplay}
         SELECT 1 WHERE ${passedOfReplay} > 0 OR EXISTS (SELECT FROM unfinished
           WHERE NOT is_behind AND due_at IS NOT NULL AND destination <> ALL ($2::text[]))`,
        [id, onHold],
      );
      return rows.length > 0;
    },

    async partitions(id, { onHold, dueBefore }) {
      const rows = await query<{ partition: number }>(
        `WITH ${openOfReplay}
         SELECT partition FROM unfinished WHERE NOT is_behind AND due_at < $3::bigint AND destination <> ALL ($2::text[])
         UNION SELECT target FROM passed_delivery WHERE replay = $1 AND count > 0 ORDER BY partition`,
        [id, onHold, dueBefore],
      );
      return rows.map(({ partition }) => partition);
    },

    async waiting(id, except) {
      const [row] = await query<{ count: number }>(
        `WITH ${openOfReplay}
         SELECT ${passedOfReplay} + (SELECT count(*) FROM unfinished
           WHERE status = ${statusCodes.pending} AND destination <> ALL ($2::text[])) AS count`,
        [id, except],
      );
      return row?.count ?? 0;
    },

    async cancelRest(lease, id, now, ids) {
      await words.ensure(['cancelled']);
      const { partition } = lease;
      const except = ids.flatMap((one) => placeOf('delivery', one)?.number ?? []);
      const end = { status: statusCodes.cancelled, reason: words.wordId('cancelled'), now };
      return countsInSteps(async (limit): Promise<CancelledCount[]> => {
        const rows = await changeUnder(parts, parts.partitions, lease, async (within, keys) => {
          const open = await within<{ number: number }>(
            `SELECT number FROM waiting WHERE partition = $1 AND status <= ${statusCodes.held} AND number <> ALL ($3::bigint[])
               AND target = ANY (ARRAY (SELECT id FROM target WHERE replay = $2 AND partition = $1)) LIMIT $4`,
            [partition, id, except, limit],
          );
          return finishWaiting(within, { partition, numbers: open.map(({ number }) => number) }, end, keys);
        });
        if (rows === null) return [];
        await words.ensureTexts(
          rows.flatMap(({ action }) => action ?? []),
          rows.map(({ target }) => target),
        );
        const groups = Map.groupBy(rows, ({ target, action }) => `${target} ${action}`);
        return [...groups.values()].flatMap((some) => {
          const [first] = some;
          if (first === undefined) return [];
          const { destination: destinationId, connection: connectionId } = words.target(first.target);
          const actionId = first.action === null ? null : words.text(first.action);
          return { actionId, destinationId, connectionId, count: some.length };
        });
      });
    },
  };
}

const storedOf = ({ input, startedBy, planLeftOut, leftOut, outcome, ...same }: ReplayRow): StoredReplay => ({
  ...same,
  input: JSON.parse(input),
  startedBy: storedText(startedBy),
  planLeftOut: JSON.parse(planLeftOut),
  leftOut: JSON.parse(leftOut),
  outcome: outcome === null ? null : JSON.parse(outcome),
});
