import type { Db } from '../../sqlite/db.ts';
import { type EventPlace, hasSameData } from '../codec/event-codec.ts';
import { identityHash } from '../codec/identity-hash.ts';
import { identityMemoryMs } from '../journal.ts';
import type { Duplicate } from './accept-codec.ts';
import { eventFinder, groupAt, offsetMask } from './event-groups.ts';
import { wordText } from './interned-ids.ts';

/** The events of a request, their identities in the same order, and the place of the first one that is new. */
type Identified = {
  lines: string;
  identities: readonly (string | null)[];
  collector: number | null;
  place: EventPlace;
};

/** Stores the identities that are new, each with its place. The other events are duplicates. */
export function storeIdentities(db: Db, { lines, identities, collector, place }: Identified): Duplicate[] {
  const found: [index: number, place: EventPlace][] = [];
  for (const [index, identity] of identities.entries()) {
    const next = { ...place, number: place.number + index - found.length };
    const seen = identity === null ? null : seenBefore(db, collector, identity, next);
    if (seen !== null) found.push([index, seen]);
  }
  if (found.length === 0) return [];
  // The stored events may be in groups of this transaction.
  db.flush();
  return compared(db, lines, place, found);
}

/** Removes the identities that the request stored. */
export function forgetIdentities(db: Db, { identities, collector, place }: Identified): void {
  const own = '(place >> 48) = ?2 AND (place & ?3) >= ?4';
  for (const identity of identities)
    db.run(
      `DELETE FROM seen WHERE collector = ?1 AND ${own} AND identity = ?5`,
      ...[collector, place.partition, offsetMask, place.number, identity],
    );
}

/**
 * Compares duplicates with the stored events: an event whose identity is known and whose data is another one's is lost
 * for its sender. Only duplicates pay for this, and no identity needs a hash of its event.
 */
function compared(
  db: Db,
  lines: string,
  { partition, number: from }: EventPlace,
  found: readonly [index: number, place: EventPlace][],
): Duplicate[] {
  const all = lines.split('\n');
  const repeated = new Set(found.map(([index]) => index));
  const own = all.filter((_, index) => !repeated.has(index));
  const find = eventFinder(db);
  return found.map(([index, { timeMs: seenAt, ...place }]) => {
    const isOwn = place.partition === partition && place.number >= from;
    // The time of an identity is not always that of its event.
    const timeMs = (isOwn ? null : groupAt(db, place.partition, place.number)?.received_at) ?? seenAt;
    const stored = isOwn ? own[place.number - from] : find({ ...place, timeMs })?.line;
    return [index, { ...place, timeMs }, stored !== undefined && !hasSameData(stored, all[index] ?? '')];
  });
}

/** The collector of identities that came from PostgreSQL, which has hashes of them alone (`identityHash`). No word has this number. */
export const movedCollector = 0;

/** The place where an identity was stored in the last 24 h; null when it is new, and it is then stored with `place`. */
function seenBefore(
  db: Db,
  collector: number | null,
  identity: string,
  { timeMs: receivedAt, partition, number: next }: EventPlace,
): EventPlace | null {
  const isNew = db.run(
    `INSERT INTO seen (collector, identity, at, place) VALUES (?1, ?2, ?3, (?4 << 48) | ?5)
     ON CONFLICT DO UPDATE SET at = excluded.at, place = excluded.place WHERE seen.at <= ?3 - ${identityMemoryMs}`,
    collector,
    identity,
    receivedAt,
    partition,
    next,
  );
  if (isNew === 0) return storedPlace(db, collector, identity);
  const moved = movedPlace(db, collector, identity, receivedAt);
  if (moved !== null) db.run('DELETE FROM seen WHERE collector = ? AND identity = ?', collector, identity);
  return moved;
}

/** The place where an identity was stored in the last 24 h in the PostgreSQL database from which the data came. */
function movedPlace(db: Db, collector: number | null, identity: string, receivedAt: number): EventPlace | null {
  const isMoved = db.keep('movedIdentities', () => storedPlace(db, movedCollector) !== null);
  if (!isMoved) return null;
  const place = storedPlace(db, movedCollector, identityHash(wordText(db, collector) ?? '', identity));
  return place !== null && place.timeMs > receivedAt - identityMemoryMs ? place : null;
}

/** The place of an identity; of any of the collector without one. */
function storedPlace(db: Db, collector: number | null, identity?: string): EventPlace | null {
  const place = `SELECT at AS timeMs, place >> 48 AS partition, place & ${offsetMask} AS number FROM seen WHERE collector = ?`;
  const found =
    identity === undefined
      ? db.get<EventPlace>(`${place} LIMIT 1`, collector)
      : db.get<EventPlace>(`${place} AND identity = ?`, collector, identity);
  return found ?? null;
}
