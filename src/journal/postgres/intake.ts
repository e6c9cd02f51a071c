import { batcher } from '../../async/batcher.ts';
import { AppError } from '../../contract/errors.ts';
import { placedId, placeOf } from '../../contract/ids.ts';
import type { Postgres, Query } from '../../postgres/postgres.ts';
import { sqlState } from '../../postgres/unavailable.ts';
import { type EventPlace, hasSameData, lineOfEvent } from '../codec/event-codec.ts';
import { identityHash } from '../codec/identity-hash.ts';
import type { PlannedDelivery } from '../deliveries.ts';
import { type Accepted, type AcceptRequest, identityMemoryMs, type PassedDelivery } from '../hot.ts';
import type { Lease } from '../leases.ts';
import { PartitionLost } from '../partition-lost.ts';
import type { EventReader } from './event-reader.ts';
import {
  Draft,
  duplicateState,
  fencedState,
  idsOf,
  type NewDelivery,
  type PlacedDelivery,
  packPassed,
  takenState,
  valuesOf,
  writeIntake,
} from './intake-batch.ts';
import { type PartitionMemory, refuseLate } from './partition-memory.ts';
import { type Target, targetIn, type Words } from './words.ts';

/** A part of the next statement; `stage` puts it into the draft of its partition and returns what makes its result. */
export type IntakeJob<Result> = {
  partition: number;
  /** Other partitions in which it creates deliveries. */
  others?: readonly number[];
  bytes: number;
  words: readonly string[];
  targets: readonly Target[];
  /** `draftOf`: that of another partition. */
  stage(draft: Draft, known: KnownIdentities, draftOf: (partition: number) => Draft | undefined): Staged<Result>;
  /** What else it writes, in the transaction of the statement, which it then shares with no other. It can be called twice. */
  within?(query: Query, draft: Draft): Promise<void>;
};
/** Its result, after the commit; or it throws what its caller gets, and nothing of it is written. */
export type Staged<Result> = () => Result;

/** The identities that are stored, with the lines of their events, and those of this batch. */
export type KnownIdentities = Map<string, { at: number; place: EventPlace; line: string | undefined }>;

type Parts = Pick<Postgres, 'query' | 'transaction'> & {
  partitions: PartitionMemory;
  words: Words;
  events: EventReader;
  /** Bytes that wait for a statement; with more, intake is refused. */
  queueBytesMax: number;
};

const jobsAtOnce = 1_024;
/** Another node can store the same identities again and again. */
const triesMax = 10;

/** Writes what is taken in and planned: one statement at a time, with everything that came since the last one. */
export function createIntake({ query, transaction, partitions, words, events, queueBytesMax }: Parts) {
  let waitingBytes = 0;
  const send = batcher<IntakeJob<unknown>, () => unknown>({ size: jobsAtOnce, outstanding: 1, run });

  async function run(jobs: IntakeJob<unknown>[]): Promise<(() => unknown)[]> {
    const groups = [jobs.filter(({ within }) => within === undefined)];
    for (const job of jobs) if (job.within !== undefined) groups.push([job]);
    const results = new Map<IntakeJob<unknown>, () => unknown>();
    for (const group of groups) {
      if (group.length === 0) continue;
      const staged = await runTogether(group).catch((error: unknown) =>
        group.map(() => () => {
          throw error;
        }),
      );
      for (const [index, job] of group.entries()) results.set(job, staged[index] ?? lost);
    }
    return jobs.map((job) => results.get(job) ?? lost);
  }

  async function runTogether(jobs: IntakeJob<unknown>[]): Promise<(() => unknown)[]> {
    await words.ensure(
      jobs.flatMap((job) => job.words),
      jobs.flatMap((job) => job.targets),
    );
    const wanted = new Set(jobs.flatMap(({ partition, others = [] }) => [partition, ...others]));
    const stored: KnownIdentities = new Map();
    const gone = new Set<number>();
    for (let tries = 1; ; tries++) {
      const drafts = new Map<number, Draft>();
      for (const partition of wanted) drafts.set(partition, new Draft(await partitions.memory(partition), words, gone));
      const known: KnownIdentities = new Map(stored);
      const draftOf = (partition: number) => drafts.get(partition);
      const staged = jobs.map(({ partition, stage }) =>
        stagedOf(draftOf(partition), (draft) => stage(draft, known, draftOf)),
      );
      const within = jobs[0]?.within;
      const isWritten = (draft: Draft) => within !== undefined || isChanged(draft);
      const changed = [...drafts.values()].filter(isWritten).sort((a, b) => a.memory.partition - b.memory.partition);
      try {
        await write(changed, within);
      } catch (error) {
        const state = sqlState(error);
        if (state !== duplicateState && state !== fencedState && state !== takenState) throw error;
        if (tries >= triesMax && state !== fencedState) throw error;
        if (tries >= triesMax)
          throw new AppError('unavailable', 'A partition has another owner each time. Try again.', { cause: error });
        // With what is known then, each job says whether its lease is stale.
        if (state === fencedState) await forgetChanged(changed);
        else if (state === duplicateState) await readKnown(changed, stored);
        else await readGone(changed, gone);
        continue;
      }
      for (const draft of changed) {
        draft.commit();
        partitions.written(draft.memory);
      }
      return staged;
    }
  }

  /** Of all partitions or of none. After a lost connection, the fences tell. */
  async function write(drafts: readonly Draft[], within: IntakeJob<unknown>['within']): Promise<void> {
    const [first] = drafts;
    if (first === undefined) return;
    const send = (by: Query) => by(writeIntake, valuesOf(drafts));
    try {
      if (within === undefined) await send(query);
      else
        await transaction(async (by) => {
          await send(by);
          await within(by, first);
        });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await assertDone(error, drafts);
    }
  }

  /** Reads those of these partitions again that another node has written. */
  async function forgetChanged(drafts: readonly Draft[]): Promise<void> {
    const counters = await countersOf(drafts);
    for (const { memory, state } of drafts) {
      const row = counters.get(memory.partition);
      if (row?.epoch !== memory.epoch || row.counter !== state.counter) partitions.forget(memory.partition);
    }
  }

  /** Returns if the write was committed, or throws its error: then it is not committed later either. */
  async function assertDone(error: AppError, drafts: readonly Draft[]): Promise<void> {
    const writes = drafts.map(({ memory: { partition, epoch }, state: { counter } }) => ({
      partition,
      epoch,
      counter,
    }));
    // Until it is known what came of it, nothing more is written: the memory is read again.
    const forget = () => {
      for (const { partition } of writes) partitions.forget(partition);
    };
    forget();
    const ended = async () => ((await refuseLate(query, writes)) ? null : countersOf(drafts));
    const counters = await ended()
      .catch(() => {
        for (const { partition, ...last } of writes) partitions.doubt(partition, last);
        throw error;
      })
      // What was read in the meantime is of before.
      .finally(forget);
    const isDone = ({ memory, state }: Draft) => {
      const row = counters?.get(memory.partition);
      return row?.epoch === memory.epoch && row.counter === state.counter + 1;
    };
    // All are in one transaction; of some, another node may be the owner by now.
    if (!drafts.some(isDone)) throw error;
  }

  async function countersOf(drafts: readonly Draft[]) {
    const rows = await query<{ partition: number; epoch: number; counter: number }>(
      'SELECT partition, epoch, counter FROM intake WHERE partition = ANY ($1)',
      [drafts.map(({ memory }) => memory.partition)],
    );
    return new Map(rows.map((row) => [row.partition, row]));
  }

  /** Reads the identities of a batch that are stored. */
  async function readKnown(drafts: readonly Draft[], stored: KnownIdentities): Promise<void> {
    const hashes = drafts.flatMap(({ seen }) => seen.map(({ hash }) => hash));
    const rows = await query<{ hash: string; at: number; partition: number; number: number; timeMs: number }>(
      `SELECT encode(hash, 'hex') AS hash, at, partition, number, event_at AS "timeMs" FROM seen
       WHERE hash = ANY (SELECT decode(given, 'hex') FROM unnest($1::text[]) AS given)`,
      [hashes],
    );
    const lines = await events.lines(rows);
    for (const [index, { hash, at, ...place }] of rows.entries())
      stored.set(hash, { at, place, line: lines[index]?.line });
  }

  /** Finds the passed deliveries of a batch that were created by now. */
  async function readGone(drafts: readonly Draft[], gone: Set<number>): Promise<void> {
    const ids = drafts.flatMap(({ taken }) => taken);
    const rows = await query<{ id: number }>('SELECT id FROM passed_delivery WHERE id = ANY ($1::bigint[])', [ids]);
    const left = new Set(rows.map(({ id }) => id));
    for (const id of ids) if (!left.has(id)) gone.add(id);
  }

  async function add<Result>(job: IntakeJob<Result>): Promise<Result> {
    waitingBytes += job.bytes;
    try {
      const finish = await send(job as IntakeJob<unknown>);
      return finish() as Result; // of this job
    } finally {
      waitingBytes -= job.bytes;
    }
  }

  return {
    add,
    get waitingBytes() {
      return waitingBytes;
    },
    async accept(request: AcceptRequest): Promise<Accepted> {
      if (waitingBytes > queueBytesMax) throw new AppError('storage_busy');
      return add(acceptJob(request));
    },
    async plan(
      lease: Lease,
      plan: {
        advance: { from: number; to: number } | null;
        deliveries: PlannedDelivery[];
        passed?: PassedDelivery[];
        now: number;
      },
    ): Promise<string[] | null> {
      if ((await partitions.held(lease)) === null) return null;
      return add(planJob(lease, plan));
    },
  };
}

export type PostgresIntake = ReturnType<typeof createIntake>;

function stagedOf(draft: Draft | undefined, stage: (draft: Draft) => Staged<unknown>): Staged<unknown> {
  if (draft === undefined) throw new Error('A job has no partition.');
  try {
    return stage(draft);
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function isChanged({ state, memory, setBackMs, groups, entries, passed, taken }: Draft): boolean {
  const before = memory.intake;
  return (
    groups.length + entries.length + passed.length + taken.length > 0 ||
    state.position !== before.position ||
    state.at !== before.at ||
    state.deliveryAt !== before.deliveryAt ||
    setBackMs !== memory.setBackMs
  );
}

function lost(): never {
  throw new PartitionLost();
}

function acceptJob(request: AcceptRequest): IntakeJob<Accepted> {
  const { partition, lease, collectorId, events, plan } = request;
  const lines = events.map(lineOfEvent);
  const hashes = events.map(({ identity }) => (identity === null ? null : identityHash(collectorId, identity)));
  const planned = plan?.deliveries ?? [];
  const direct = (plan?.passed ?? []).filter(({ lease }) => lease !== undefined);
  return {
    partition,
    others: direct.map((one) => one.partition),
    bytes: lines.reduce((sum, line) => sum + line.length, 0),
    words: [collectorId, ...planned.flatMap(({ actionId }) => actionId ?? []), ...wordsOfPassed(plan?.passed)],
    targets: [...planned.map((one) => targetIn(partition, one)), ...direct.map((one) => targetIn(one.partition, one))],
    stage(draft, known, draftOf) {
      if (lease !== undefined && lease.epoch !== draft.memory.epoch) lost();
      const now = draft.eventTime(request.receivedAt);
      /** By index, of those that are stored or come earlier in this request. */
      const duplicates = new Map<number, { place: EventPlace; isOther: boolean }>();
      const own = new Map<string, number>();
      let next = draft.state.next;
      const numbers = hashes.map((hash, index) => {
        const stored = hash === null ? undefined : known.get(hash);
        const isKnown = stored !== undefined && stored.at > now - identityMemoryMs;
        const earlier = hash === null ? undefined : own.get(hash);
        if (!isKnown && earlier === undefined) {
          if (hash !== null) own.set(hash, index);
          return next++;
        }
        const line = isKnown ? stored.line : lines[earlier ?? 0];
        const isOther = line !== undefined && !hasSameData(line, lines[index] ?? '');
        if (isOther && events[index]?.isKeyed === true) throw new AppError('idempotency_key_reused');
        // Its place is known when its time is.
        const place = isKnown ? stored.place : { timeMs: now, partition, number: -1 - (earlier ?? 0) };
        duplicates.set(index, { place, isOther });
        return null;
      });
      const kept = lines.filter((_, index) => !duplicates.has(index));
      const { from, receivedAt } = draft.store(kept, draft.words.wordId(collectorId), now);
      const placeOfIndex = (index: number): EventPlace => {
        const number = numbers[index];
        return { timeMs: receivedAt, partition, number: number ?? from };
      };
      for (const [hash, index] of own) {
        const place = placeOfIndex(index);
        // The time by which it is known; that of a row that it shares is earlier.
        draft.seen.push({ hash, at: now, partition, number: place.number, eventAt: receivedAt });
        known.set(hash, { at: now, place, line: lines[index] });
      }
      const ids = events.map((_, index) => {
        const place = duplicates.get(index)?.place;
        if (place === undefined) return placedId('event', placeOfIndex(index));
        return placedId('event', place.number < 0 ? placeOfIndex(-1 - place.number) : place);
      });
      let made: string[] | null = null;
      const created: (string | null)[] = [];
      const passed: PlacedDelivery[] = [];
      if (plan !== undefined && draft.state.position === from && plan.lease.epoch === draft.memory.epoch) {
        draft.state.position = draft.state.next;
        const isNew = ({ event }: { event: number }) => !duplicates.has(event);
        const news = planned.filter(isNew).map(
          ({ event, ...delivery }): NewDelivery => ({
            delivery,
            event: placeOfIndex(event),
            replayId: null,
            replayOf: null,
          }),
        );
        made = idsOf(draft.create(news, plan.now), news.length);
        for (const { event, lease: other, ...delivery } of (plan.passed ?? []).filter(isNew)) {
          const there = other === undefined ? undefined : draftOf(other.partition);
          if (there === undefined || there.memory.epoch !== other?.epoch) {
            created.push(null);
            passed.push({ ...delivery, event: placeOfIndex(event) });
            continue;
          }
          const one = { delivery, event: placeOfIndex(event), replayId: null, replayOf: null };
          created.push(...idsOf(there.create([one], plan.now), 1));
        }
        draft.passed.push(...packPassed(passed, partition, plan.now));
      }
      const usedIds = [...duplicates.values()].filter(({ isOther }) => isOther).length;
      const accepted: Accepted = { ids, duplicates: [...duplicates.keys()], usedIds, from, receivedAt, planned: made };
      if (created.length > 0) accepted.created = created;
      return () => accepted;
    },
  };
}

function planJob(
  lease: Lease,
  {
    advance,
    deliveries,
    passed = [],
    now,
  }: {
    advance: { from: number; to: number } | null;
    deliveries: PlannedDelivery[];
    passed?: PassedDelivery[];
    now: number;
  },
): IntakeJob<string[] | null> {
  const { partition } = lease;
  return {
    partition,
    bytes: 0,
    words: [...deliveries.flatMap(({ actionId }) => actionId ?? []), ...wordsOfPassed(passed)],
    targets: deliveries.map((one) => targetIn(partition, one)),
    stage(draft) {
      if (lease.epoch !== draft.memory.epoch) return () => null;
      if (advance !== null) {
        if (draft.state.position !== advance.from) return () => null;
        draft.state.position = advance.to;
      }
      const news = deliveries.map(
        ({ eventId, ...delivery }): NewDelivery => ({
          delivery,
          event: eventId === null ? null : placeOf('event', eventId),
          replayId: null,
          replayOf: null,
        }),
      );
      const ids = idsOf(draft.create(news, now), news.length);
      const placed = passed.map(({ eventId, ...delivery }) => ({
        ...delivery,
        event: eventId === null ? null : placeOf('event', eventId),
      }));
      draft.passed.push(...packPassed(placed, partition, now));
      return () => ids;
    },
  };
}

const wordsOfPassed = (passed: readonly Pick<PassedDelivery, 'actionId'>[] = []) =>
  passed.flatMap(({ actionId }) => actionId ?? []);
