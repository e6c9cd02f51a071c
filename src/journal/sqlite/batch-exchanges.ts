import type { Db } from '../../sqlite/db.ts';
import { type BlockLine, exchangeIds } from '../codec/attempt-codec.ts';
import { anonymousExchange, bareExchange } from '../codec/bare-attempts.ts';
import { packLines, type StoredLines, unpackLines } from '../codec/event-codec.ts';
import type { ReadBudget } from '../codec/read-budget.ts';
import type { SettledExchange } from './settle-codec.ts';

type ExchangeStep = SettledExchange['steps'][number];

/**
 * Stores exchanges for the deliveries that were logged now: `logged` returns the delivery of a step, or null if it was
 * not logged, `isGone` whether the delivery does not exist any more: it was erased while the exchange was on its way,
 * which then has nothing of it for the others.
 */
export function keepExchanges(
  db: Db,
  exchanges: readonly SettledExchange[],
  { logged, isGone }: { logged: (step: ExchangeStep) => number | null; isGone: (step: ExchangeStep) => boolean },
): void {
  for (const { id, exchange, steps } of exchanges) {
    const members = steps.map(logged).filter((number) => number !== null);
    if (members.length === 0) continue;
    // A large batch is settled in parts.
    db.run(
      `INSERT INTO batch_exchange (id, live, members, exchange) VALUES (?1, ?2, ?3, ?4)
       ON CONFLICT (id) DO UPDATE SET live = live + ?2,
         members = (SELECT json_group_array(value) FROM
           (SELECT value FROM json_each(members) UNION ALL SELECT value FROM json_each(?3)))`,
      id,
      members.length,
      JSON.stringify(members),
      packLines(exchange),
    );
    if (steps.some(isGone)) anonymiseExchanges(db, [id]);
  }
}

/**
 * The batch exchanges that lines about a delivery name, by id, as text. When the budget is spent, the older ones have no
 * bodies.
 */
export function exchangesOf(db: Db, lines: readonly BlockLine[], budget: ReadBudget): Record<string, string> {
  const found: Record<string, string> = {};
  for (const id of [...exchangeIds(lines)].reverse()) {
    const row = db.get<{ exchange: StoredLines }>('SELECT exchange FROM batch_exchange WHERE id = ?', id);
    if (row === undefined) continue;
    const text = unpackLines(row.exchange).join('\n');
    found[id] = budget.isFull ? bareExchange(text) : text;
    budget.keep(text);
  }
  return found;
}

/**
 * Removes the exchanges that only deleted deliveries had, by their lines. Takes many deliveries at once, since they
 * share exchanges.
 */
export function forgetExchanges(db: Db, gone: readonly (readonly BlockLine[])[]): void {
  const counts = new Map<string, number>();
  for (const lines of gone) for (const id of exchangeIds(lines)) counts.set(id, (counts.get(id) ?? 0) + 1);
  for (const [id, count] of counts) {
    db.run('DELETE FROM batch_exchange WHERE id = ? AND live <= ?', id, count);
    db.run('UPDATE batch_exchange SET live = live - ? WHERE id = ?', count, id);
  }
}

/** Removes the bodies of exchanges, for all their deliveries. */
export const bareExchanges = (db: Db, ids: Iterable<string>): void => changeExchanges(db, ids, bareExchange);

/** Removes everything from exchanges that can have data of one of their records, for all their deliveries. */
export const anonymiseExchanges = (db: Db, ids: Iterable<string>): void => changeExchanges(db, ids, anonymousExchange);

function changeExchanges(db: Db, ids: Iterable<string>, change: (exchange: string) => string): void {
  for (const id of ids) {
    const row = db.get<{ exchange: StoredLines }>('SELECT exchange FROM batch_exchange WHERE id = ?', id);
    if (row === undefined) continue;
    const changed = packLines(change(unpackLines(row.exchange).join('\n')));
    db.run('UPDATE batch_exchange SET exchange = ? WHERE id = ?', changed, id);
  }
}

/**
 * The same for exchanges that also had deliveries which are deleted now: of at most `limit` exchanges after the number
 * `after`. Returns the last number examined, null at the end.
 */
export function anonymiseMixedExchanges(db: Db, after: number, limit: number): number | null {
  const rows = db.all<{ number: number; id: string; is_mixed: number }>(
    `SELECT number, id, json_array_length(members) > live AS is_mixed FROM batch_exchange
     WHERE number > ? ORDER BY number LIMIT ?`,
    after,
    limit,
  );
  anonymiseExchanges(
    db,
    rows.filter((row) => row.is_mixed === 1).map(({ id }) => id),
  );
  return rows.length < limit ? null : (rows.at(-1)?.number ?? null);
}
