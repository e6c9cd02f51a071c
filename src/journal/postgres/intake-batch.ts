import { AppError } from '../../contract/errors.ts';
import { placedId } from '../../contract/ids.ts';
import { type EventPlace, packLines } from '../codec/event-codec.ts';
import type { PlannedDelivery } from '../deliveries.ts';
import type { PassedDelivery } from '../hot.ts';
import { clockToleranceMs } from '../hot.ts';
import type { IntakeState, Memory, OpenDelivery, ReplayOf } from './partition-memory.ts';
import type { Words } from './words.ts';

/** A delivery that is created: its event, and the replay and the delivery that it is of. */
export type NewDelivery = {
  delivery: Omit<PlannedDelivery, 'eventId'>;
  event: EventPlace | null;
  replayId: string | null;
  replayOf: ReplayOf | null;
};

/** The deliveries that were created together: consecutive numbers from `first` on, all of one time. */
export type CreatedDeliveries = { partition: number; first: number; createdAt: number };

export const idsOf = ({ partition, first, createdAt }: CreatedDeliveries, count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    placedId('delivery', { timeMs: createdAt, partition, number: first + index }),
  );

/** Small requests that come together share a row: a third of the bytes of one row each. */
const sharedWithinMs = 5;
const sharedCharactersMax = 65_536;

type EventGroup = {
  partition: number;
  first: number;
  count: number;
  receivedAt: number;
  orderAt: number;
  collector: number;
  characters: number;
  lines: string[];
};

type Entry = {
  partition: number;
  first: number;
  count: number;
  createdAt: number;
  orderAt: number;
  deliveries: EntryPart[];
};
/** See `plan_entry` in the migrations. */
type EntryPart = {
  target: number;
  action: number | null;
  actionVersion: number | null;
  destinationVersion: number;
  dueAt: number | null;
  test: boolean;
  orderKey: number | null;
  event: [partition: number, timeMs: number] | null;
  rows: [index: number, event: number | null, replayOf: [number, number, number, string | null] | null][];
};

export type SeenRow = { hash: string; at: number; partition: number; number: number; eventAt: number };
export type PassedRow = {
  target: number;
  source: number;
  first: number;
  at: number;
  replay: string | null;
  count: number;
  deliveries: string;
};

/** A passed delivery as stored, with the place of its event. */
export type PlacedDelivery = Omit<PassedDelivery, 'eventId'> & { event: EventPlace | null };

/** Deliveries for the owners of other partitions, a row for each, in their order. */
export function packPassed(deliveries: readonly PlacedDelivery[], source: number, now: number): PassedRow[] {
  return [...Map.groupBy(deliveries, ({ partition }) => partition)].map(([target, some]) => ({
    target,
    source,
    first: Math.min(Number.MAX_SAFE_INTEGER, ...some.map(({ event }) => event?.number ?? Number.MAX_SAFE_INTEGER)),
    at: now,
    replay: null,
    count: 0,
    deliveries: JSON.stringify(some.map(({ partition: _, ...rest }) => rest)),
  }));
}

/** What one statement writes into a partition: its state afterwards, and rows. Nothing of it is true before the commit. */
export class Draft {
  readonly memory: Memory;
  readonly state: IntakeState;
  readonly groups: EventGroup[] = [];
  readonly entries: Entry[] = [];
  readonly opened: [number: number, delivery: OpenDelivery][] = [];
  readonly seen: SeenRow[] = [];
  readonly passed: PassedRow[] = [];
  /** Ids of passed deliveries that are created here. */
  readonly taken: number[] = [];
  readonly words: Words;
  setBackMs: number;
  readonly #gone: ReadonlySet<number>;

  /** `gone`: ids of passed deliveries that were created elsewhere. */
  constructor(memory: Memory, words: Words, gone: ReadonlySet<number>) {
    this.memory = memory;
    this.state = { ...memory.intake };
    this.setBackMs = memory.setBackMs;
    this.words = words;
    this.#gone = gone;
  }

  /** The time of the next event that is received at `now`. */
  eventTime(now: number): number {
    return this.state.next === 0 ? now : this.#nextTime(this.state.at, now);
  }

  /** Stores the lines of events of a collector; returns their offsets and time. */
  store(lines: readonly string[], collector: number, now: number): { from: number; receivedAt: number } {
    const { state } = this;
    const characters = lines.reduce((sum, line) => sum + line.length, 0);
    const open = this.groups.at(-1);
    const isShared =
      open !== undefined &&
      open.collector === collector &&
      now - open.receivedAt <= sharedWithinMs &&
      now >= open.receivedAt - clockToleranceMs &&
      open.characters + characters <= sharedCharactersMax;
    const receivedAt = isShared ? open.receivedAt : this.eventTime(now);
    const from = state.next;
    if (lines.length === 0) return { from, receivedAt };
    state.orderAt = Math.max(state.orderAt, receivedAt);
    if (isShared) {
      open.lines.push(...lines);
      open.count += lines.length;
      open.characters += characters;
    } else
      this.groups.push({
        partition: this.memory.partition,
        first: from,
        count: lines.length,
        receivedAt,
        orderAt: state.orderAt,
        collector,
        characters,
        lines: [...lines],
      });
    state.next += lines.length;
    state.at = receivedAt;
    return { from, receivedAt };
  }

  /** Creates deliveries, in order. */
  create(deliveries: readonly NewDelivery[], now: number): CreatedDeliveries {
    const { state, memory } = this;
    const { partition } = memory;
    const first = state.nextDelivery;
    if (deliveries.length === 0) return { partition, first, createdAt: now };
    const createdAt = this.#nextTime(state.deliveryAt, now);
    state.deliveryAt = createdAt;
    state.deliveryOrderAt = Math.max(state.deliveryOrderAt, createdAt);
    let entry = this.entries.at(-1);
    if (entry === undefined || entry.createdAt !== createdAt || entry.first + entry.count !== first) {
      entry = { partition, first, count: 0, createdAt, orderAt: state.deliveryOrderAt, deliveries: [] };
      this.entries.push(entry);
    }
    const since = performance.now();
    for (const { delivery, event, replayId, replayOf } of deliveries) {
      const { actionId, actionVersion, destinationId, destinationVersion, connectionId, dueAt, test } = delivery;
      const of = {
        target: this.words.targetId({
          partition,
          destination: destinationId,
          connection: connectionId,
          replay: replayId ?? '',
        }),
        action: actionId === null ? null : this.words.wordId(actionId),
        actionVersion,
        destinationVersion,
        dueAt,
        test,
        orderKey: delivery.orderKey ?? null,
      };
      partFor(entry, of, event).rows.push([
        entry.count,
        event?.number ?? null,
        replayOf && [replayOf.partition, replayOf.number, replayOf.timeMs, replayOf.key],
      ]);
      entry.count += 1;
      this.opened.push([
        state.nextDelivery,
        { ...of, createdAt, orderAt: state.deliveryOrderAt, event, replayOf, since },
      ]);
      state.nextDelivery += 1;
    }
    return { partition, first, createdAt };
  }

  /** Takes passed deliveries, which are then created here, and nowhere else. */
  take(ids: readonly number[]): void {
    if (ids.some((id) => this.#gone.has(id)))
      throw new AppError('unavailable', 'These deliveries were created by now. Try again.');
    this.taken.push(...ids);
  }

  /** The clock of times: see `clockToleranceMs`. */
  #nextTime(last: number, now: number): number {
    if (now >= last) return now;
    if (last - now <= clockToleranceMs) return last;
    this.setBackMs = Math.max(this.setBackMs, last - now);
    return now;
  }

  /** Lets the times of new events and deliveries follow a clock that was set back. */
  followClock(now: number): void {
    const { state } = this;
    if (state.next > 0) state.at = Math.min(state.at, this.#nextTime(state.at, now));
    state.deliveryAt = Math.min(state.deliveryAt, this.#nextTime(state.deliveryAt, now));
  }

  /** The statement was committed. */
  commit(): void {
    const { memory, state } = this;
    memory.intake = { ...state, counter: state.counter + 1 };
    memory.setBackMs = this.setBackMs;
    for (const [number, delivery] of this.opened) memory.open.set(number, delivery);
  }
}

/** The last parts are compared alone: consecutive deliveries of one action differ only in their events. */
const partsCompared = 16;

function partFor(entry: Entry, of: Omit<EntryPart, 'event' | 'rows'>, event: EventPlace | null): EntryPart {
  const place: EntryPart['event'] = event && [event.partition, event.timeMs];
  for (let at = entry.deliveries.length - 1; at >= Math.max(0, entry.deliveries.length - partsCompared); at--) {
    const part = entry.deliveries[at];
    if (
      part !== undefined &&
      part.target === of.target &&
      part.action === of.action &&
      part.actionVersion === of.actionVersion &&
      part.destinationVersion === of.destinationVersion &&
      part.dueAt === of.dueAt &&
      part.test === of.test &&
      part.orderKey === of.orderKey &&
      part.event?.[0] === place?.[0] &&
      part.event?.[1] === place?.[1]
    )
      return part;
  }
  const part = { ...of, event: place, rows: [] };
  entry.deliveries.push(part);
  return part;
}

/**
 * The values of `writeIntake`: lists as JSON, and everything that is bytes in one value, since an array of bytes would be sent as
 * text of twice the size.
 */
export function valuesOf(drafts: readonly Draft[]): unknown[] {
  const blobs: Uint8Array[] = [];
  let at = 0;
  const place = (bytes: Uint8Array) => {
    const from = at;
    blobs.push(bytes);
    at += bytes.length;
    return [from, bytes.length] as const;
  };
  const fences = drafts.map(({ memory, state: s }) => [
    ...[memory.partition, memory.epoch, s.counter, s.next, s.position, s.at, s.orderAt],
    ...[s.nextDelivery, s.deliveryAt, s.deliveryOrderAt],
  ]);
  const groups = drafts.flatMap((draft) =>
    draft.groups.map(({ partition, first, count, receivedAt, orderAt, collector, lines }) => {
      const packed = packLines(lines.join('\n'));
      const bytes = typeof packed === 'string' ? Buffer.from(packed) : packed;
      return [partition, first, count, receivedAt, orderAt, collector, ...place(bytes)];
    }),
  );
  const seen = drafts.flatMap((draft) =>
    draft.seen.map(({ hash, at: seenAt, partition, number, eventAt }) => [hash, seenAt, partition, number, eventAt]),
  );
  const entries = drafts.flatMap((draft) =>
    draft.entries.map(({ partition, first, count, createdAt, orderAt, deliveries }) => [
      ...[partition, first, count, createdAt, orderAt],
      deliveries,
    ]),
  );
  const passed = drafts.flatMap(({ memory, passed: rows }) =>
    rows.map((row) => ({ ...row, deliveries: undefined, owner: memory.partition, text: row.deliveries })),
  );
  const taken = drafts.flatMap(({ memory, taken: ids }) => ids.map((id) => [memory.partition, id]));
  return [...[fences, groups, seen, entries, passed, taken].map((list) => JSON.stringify(list)), Buffer.concat(blobs)];
}

/**
 * One statement for all partitions of a batch: all or none are written. It fails with a division by zero when an identity was stored
 * by now, with a root of a negative number when the fence of a partition does not hold, and with a logarithm of zero when a passed
 * delivery is no longer there.
 */
export const writeIntake = `
  WITH fence AS (
      UPDATE intake SET counter = intake.counter + 1, next = (f ->> 3)::bigint, position = (f ->> 4)::bigint, at = (f ->> 5)::bigint,
        order_at = (f ->> 6)::bigint, next_delivery = (f ->> 7)::bigint, delivery_at = (f ->> 8)::bigint,
        delivery_order_at = (f ->> 9)::bigint
      FROM jsonb_array_elements($1::jsonb) AS f
      WHERE intake.partition = (f ->> 0)::smallint AND intake.epoch = (f ->> 1)::bigint AND intake.counter = (f ->> 2)::bigint
      RETURNING intake.partition),
    stored AS (
      INSERT INTO event_group (partition, first, count, received_at, order_at, collector, events)
      SELECT fence.partition, (g ->> 1)::bigint, (g ->> 2)::integer, (g ->> 3)::bigint, (g ->> 4)::bigint, (g ->> 5)::integer,
        substring($7::bytea FROM (g ->> 6)::integer + 1 FOR (g ->> 7)::integer)
      FROM jsonb_array_elements($2::jsonb) AS g JOIN fence ON fence.partition = (g ->> 0)::smallint),
    given AS MATERIALIZED (
      SELECT decode(s ->> 0, 'hex') AS hash, (s ->> 1)::bigint AS at, fence.partition, (s ->> 3)::bigint AS number,
        (s ->> 4)::bigint AS event_at
      FROM jsonb_array_elements($3::jsonb) AS s JOIN fence ON fence.partition = (s ->> 2)::smallint),
    remembered AS (
      INSERT INTO seen (hash, at, partition, number, event_at) SELECT * FROM given ORDER BY hash
      ON CONFLICT (hash) DO UPDATE
        SET at = excluded.at, partition = excluded.partition, number = excluded.number, event_at = excluded.event_at
        WHERE seen.at <= excluded.at - 86400000
      RETURNING 1),
    planned AS (
      INSERT INTO plan_entry (partition, first, count, created_at, order_at, deliveries)
      SELECT fence.partition, (e ->> 1)::bigint, (e ->> 2)::integer, (e ->> 3)::bigint, (e ->> 4)::bigint, e -> 5
      FROM jsonb_array_elements($4::jsonb) AS e JOIN fence ON fence.partition = (e ->> 0)::smallint),
    passed AS (
      INSERT INTO passed_delivery (target, source, first, at, replay, count, deliveries)
      SELECT p.target, p.source, p.first, p.at, p.replay, p.count, p.text::jsonb
      FROM jsonb_to_recordset($5::jsonb) AS p (owner smallint, target smallint, source smallint, first bigint, at bigint,
        replay text, count integer, text text) JOIN fence ON fence.partition = p.owner),
    taken AS (
      DELETE FROM passed_delivery USING jsonb_array_elements($6::jsonb) AS t, fence
      WHERE fence.partition = (t ->> 0)::smallint AND passed_delivery.id = (t ->> 1)::bigint
      RETURNING 1)
  SELECT sqrt(CASE WHEN (SELECT count(*) FROM fence) = jsonb_array_length($1::jsonb) THEN 1 ELSE -1 END),
    1 / (CASE WHEN (SELECT count(*) FROM given) = (SELECT count(*) FROM remembered) THEN 1 ELSE 0 END),
    ln(CASE WHEN (SELECT count(*) FROM taken) = jsonb_array_length($6::jsonb) THEN 1 ELSE 0 END)`;

/** division_by_zero, which `writeIntake` makes of a duplicate. */
export const duplicateState = '22012';
/** invalid_argument_for_power_function, which it makes of a fence that does not hold. */
export const fencedState = '2201F';
/** invalid_argument_for_logarithm, which it makes of a passed delivery that is gone. */
export const takenState = '2201E';
