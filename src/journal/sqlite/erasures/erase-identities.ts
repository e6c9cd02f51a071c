import type { Db } from '../../../sqlite/db.ts';
import type { CursorOf, Progress } from './erasure-cursor.ts';

const identitiesAtOnce = 5_000;
const isErased = 'place IN (SELECT place FROM erased_event)';

/** The identities of the erased events. */
export function eraseIdentities(db: Db, { after: [collector, identity] }: CursorOf<'identities'>): Progress {
  const last = db.get<{ collector: number; identity: string }>(
    `SELECT collector, identity FROM seen WHERE (collector, identity) > (?, ?)
     ORDER BY collector, identity LIMIT 1 OFFSET ?`,
    collector,
    identity,
    identitiesAtOnce - 1,
  );
  if (last === undefined) {
    db.run(`DELETE FROM seen WHERE (collector, identity) > (?, ?) AND ${isErased}`, collector, identity);
    return { phase: 'forget' };
  }
  const isInStep = '(collector, identity) > (?, ?) AND (collector, identity) <= (?, ?)';
  const sql = `DELETE FROM seen WHERE ${isInStep} AND ${isErased}`;
  db.run(sql, collector, identity, last.collector, last.identity);
  return { phase: 'identities', after: [last.collector, last.identity] };
}
