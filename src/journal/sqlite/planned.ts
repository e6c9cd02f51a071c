import type { Db } from '../../sqlite/db.ts';
import { rowsOf } from './delivery-id-codec.ts';
import { internText, targetNumber } from './interned-ids.ts';
import { enqueueOrdered } from './order-queue.ts';
import { indexUnit, type PlannedGroup, type PlannedNumbers } from './planned-codec.ts';
import { deliveryTimeline, nextTime, type Timeline } from './timeline.ts';

/** Fewer rows are faster one by one. */
const rowsAtOnceMin = 4;

const into = `INSERT INTO delivery (number, created_at, event, event_at, action, action_version, target,
  destination_version, due_at, test)`;
const values = (place: string) =>
  `?1 + (${place} >> 24), ?2, (?3 << 48) | (?4 + (${place} & ${indexUnit - 1})), ?5, ?6, ?7, ?8, ?9, ?10, ?12`;
const insertOne = `${into} VALUES (${values('?11')})`;
const insertMany = `${into} SELECT ${values('value')} FROM json_each(?11)`;

/** Creates the deliveries of some groups in a partition. */
export function insertPlanned(
  db: Db,
  partition: number,
  groups: readonly PlannedGroup[],
  now: number,
  replayId = '',
): PlannedNumbers {
  const clock = deliveryClock(db, partition);
  if (groups.length === 0) return [clock.next, now];
  const createdAt = nextTime(db, clock.timeline, { number: clock.next, at: clock.last_at }, now);
  const first = clock.next;
  const ordered: [number: number, key: number][] = [];
  for (const { delivery, event, places } of groups) {
    const { orderKey } = delivery;
    const row = (place: number | string) =>
      [
        first,
        createdAt,
        event?.partition ?? null,
        event?.number ?? null,
        event?.timeMs ?? null,
        internText(db, delivery.actionId),
        delivery.actionVersion,
        targetNumber(db, {
          partition,
          destination: delivery.destinationId,
          connection: delivery.connectionId,
          replay: replayId,
        }),
        delivery.destinationVersion,
        delivery.dueAt,
        place,
        delivery.test ? 1 : 0,
      ] as const;
    if (places.length >= rowsAtOnceMin) db.run(insertMany, ...row(JSON.stringify(places)));
    else for (const place of places) db.run(insertOne, ...row(place));
    if (orderKey !== undefined)
      for (const place of places) ordered.push([first + Math.floor(place / indexUnit), orderKey]);
    clock.next += places.length;
  }
  for (const [number, key] of ordered.sort(([a], [b]) => a - b)) enqueueOrdered(db, number, key);
  if (clock.next > first) {
    clock.last_at = createdAt;
    saveClock(db, clock);
  }
  return [first, createdAt];
}

/** The next delivery of a partition is created at `now` or later, if the clock was set back to it. */
export function setDeliveriesBack(db: Db, partition: number, now: number): void {
  const clock = deliveryClock(db, partition);
  const at = nextTime(db, clock.timeline, { number: clock.next, at: clock.last_at }, now);
  if (at >= clock.last_at) return;
  clock.last_at = at;
  saveClock(db, clock);
}

/** The next row and the last creation time of a partition. */
type Clock = { partition: number; next: number; last_at: number; timeline: Timeline; isChanged: boolean };

function deliveryClock(db: Db, partition: number): Clock {
  return db.keepIn('deliveryClocks', partition, () => {
    const sql = 'SELECT next, last_at FROM delivery_partition WHERE partition = ?';
    const row = db.get<{ next: number; last_at: number }>(sql, partition);
    const { next, last_at } = row ?? { next: rowsOf(partition).first + 1, last_at: 0 };
    return { partition, next, last_at, timeline: deliveryTimeline(partition), isChanged: false };
  });
}

/** Once per transaction. */
function saveClock(db: Db, clock: Clock) {
  if (clock.isChanged) return;
  clock.isChanged = true;
  db.beforeCommit(() => {
    clock.isChanged = false;
    const sql = 'INSERT OR REPLACE INTO delivery_partition (partition, next, last_at) VALUES (?, ?, ?)';
    db.run(sql, clock.partition, clock.next, clock.last_at);
  });
}
