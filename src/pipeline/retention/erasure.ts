import { type Clock, pause } from '../../async/clock.ts';
import { repeated } from '../../async/repeated.ts';
import { AppError } from '../../contract/errors.ts';
import type { NewId } from '../../contract/ids.ts';
import type { NewAuditEntry } from '../../contract/records/audit.ts';
import type { Erasure } from '../../contract/records/erasure.ts';
import type { Event } from '../../contract/records/event.ts';
import type { CancelledDelivery, ErasedBy, Erasures, StoredErasure } from '../../journal/journal.ts';
import type { Notes } from '../../notes/notes.ts';
import type { Jobs } from '../jobs.ts';
import { hashOf } from '../privacy.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { erasureWaits } from './erasure-waits.ts';
import type { ErasureStage, Forgotten } from './forgotten.ts';

/** Waits that are shorter than the next one are no news. */
const shortTries = 2;
/** The waits of an erasure that can't continue yet, and after errors; doubled up to the most. */
const waits = { blocked: { firstMs: 100, mostMs: 5_000 }, failed: { firstMs: 5_000, mostMs: 300_000 } };

/**
 * Erases visitors, one after the other, alongside other work, at the node that does the jobs of all. An erasure continues after
 * a restart, or at the next node, with `resume`: before it, all listeners must be there, since their memory may have the text,
 * loaded from what the erasure removes. Each node removes the text from its own memory, when the erasure begins and when the
 * search is over, and both times it waits for all nodes that live. Only then the text leaves the erasure itself.
 */
export function startEraser(options: {
  erasures: Erasures;
  configuration: Configuration;
  notes: Pick<Notes, 'list' | 'save'>;
  clock: Clock;
  newId: NewId;
  parameters: { forget(events: readonly Event[] | null): Promise<void>; forgetUnstored(): Promise<void> };
  jobs: Pick<Jobs, 'add' | 'lease'>;
  /** How often erasures of other nodes are looked for, and who has forgotten them. Left out: embedded mode. */
  shared?: { pollMs: number; forgotten: Forgotten } | undefined;
  sending(): readonly string[];
  /** These unfinished deliveries were removed and must be dropped from memory. */
  cancelled(deliveries: readonly CancelledDelivery[]): void;
  failed(error: unknown, doing: string): void;
}) {
  const { erasures, configuration, clock, parameters, jobs, shared } = options;
  const listeners = new Set<(text: string) => Promise<void> | void>();
  const texts = new Map<string, string>();
  const started = new Set<string>();
  /** What this node has told the others. */
  const confirmed = new Map<string, ErasureStage>();
  const shownWaits = erasureWaits(options.notes);
  const stack = new AsyncDisposableStack();
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();

  async function tell(text: string | undefined): Promise<void> {
    if (text !== undefined) await Promise.all(Array.from(listeners, (listener) => listener(text)));
  }

  async function run(id: string): Promise<void> {
    const tries = { blocked: 0, failed: 0 };
    const wait = (why: keyof typeof waits) =>
      pause(clock, Math.min(waits[why].firstMs * 2 ** tries[why]++, waits[why].mostMs), stop.signal);
    let isToTell = true;
    while (!stop.signal.aborted && jobs.lease() !== null) {
      try {
        if (isToTell) await tell(texts.get(id));
        isToTell = false;
        if (!(await isForgottenByOthers(id))) {
          if (tries.blocked > shortTries) await shownWaits.waits(id, 'nodes');
          await wait('blocked');
          continue;
        }
        const { state, waitsFor, events, cancelled } = await erasures.step(id, {
          now: clock.now(),
          sending: options.sending(),
        });
        if (cancelled.length > 0) options.cancelled(cancelled);
        if (events.length > 0) await parameters.forget(events);
        if (state === 'done') {
          texts.delete(id);
          await shownWaits.waits(id, null);
          await shared?.forgotten.keep((await unfinished()).map((one) => one.id));
          return;
        }
        isToTell = state === 'searched';
        tries.failed = 0;
        if (state !== 'waiting') tries.blocked = 0;
        if (state !== 'waiting' || tries.blocked > shortTries) await shownWaits.waits(id, waitsFor);
        if (state === 'waiting') await wait('blocked');
      } catch (error) {
        options.failed(error, 'erase a visitor');
        await shownWaits.failed(id, error);
        await wait('failed');
      }
    }
  }

  async function isForgottenByOthers(id: string): Promise<boolean> {
    if (shared === undefined) return true;
    const one = (await unfinished()).find((left) => left.id === id);
    // The others confirm the last stage before the text leaves the erasure.
    return one === undefined || one.sought === null || shared.forgotten.isByOthers(id, stageOf(one));
  }

  function start(id: string) {
    if (started.has(id)) return;
    started.add(id);
    running = running.then(() => run(id)).finally(() => started.delete(id));
  }

  const unfinished = async () => (await erasures.list()).filter(({ state }) => state === 'running').reverse();

  /** Continues what the last process, or another node, did not finish. */
  async function goOn(): Promise<AsyncDisposable> {
    const left = await unfinished();
    // It is no longer known which examples came from the visitor.
    if (left.length > 0) await parameters.forget(null);
    await shared?.forgotten.keep(left.map(({ id }) => id));
    for (const { id, sought } of left) {
      if (sought !== null) texts.set(id, textOf(sought));
      start(id);
    }
    // The steps are transactions, which another node may continue at any time.
    return { [Symbol.asyncDispose]: async () => {} };
  }

  /** Begins what was asked for at other nodes, or removes its text from memory, at each stage. */
  async function follow() {
    const left = (await unfinished()).filter(({ sought }) => sought !== null);
    for (const { id, sought, isSearched } of left) {
      if (sought !== null) texts.set(id, textOf(sought));
      if (jobs.lease() !== null) start(id);
      if (started.has(id)) continue;
      const stage = stageOf({ isSearched });
      if (confirmed.get(id) === stage) continue;
      await forgetHere(id);
      await shared?.forgotten.confirm(id, stage);
      confirmed.set(id, stage);
    }
    for (const id of texts.keys()) {
      if (started.has(id) || left.some((one) => one.id === id)) continue;
      // Without its last stage, when the others have taken this node for dead.
      if (confirmed.get(id) !== 'searched') await forgetHere(id);
      texts.delete(id);
      confirmed.delete(id);
    }
  }

  async function list(): Promise<Erasure[]> {
    const [stored, waiting] = [await erasures.list(), await shownWaits.list()];
    return stored.map((one) => shown(one, one.state === 'running' ? (waiting.get(one.id) ?? null) : null));
  }

  async function forgetHere(id: string) {
    await parameters.forgetUnstored();
    await tell(texts.get(id));
  }

  return {
    /** Continues the erasures that were not finished, and follows those of other nodes. */
    async resume(): Promise<void> {
      stack.use(await jobs.add(goOn));
      if (shared === undefined) return;
      const failed = (error: unknown) => options.failed(error, 'follow the erasures of other nodes');
      // What was read at the start can have been erased before the others waited for this node.
      await parameters.forgetUnstored();
      await follow();
      stack.use(repeated(clock, shared.pollMs, follow, failed));
    },
    /** Only counts. */
    async plan(sought: ErasedBy): Promise<Erasure> {
      const code = (await hashOf(configuration, clock))(textOf(sought));
      const counts = await erasures.count(sought);
      const createdAt = new Date(clock.now()).toISOString();
      return {
        id: null,
        state: 'planned',
        code,
        by: byOf(sought),
        counts,
        waitsFor: null,
        createdAt,
        finishedAt: null,
      };
    },
    /** The code of a text in the audit trail, instead of the text. */
    codeOf: async (text: string): Promise<string> => (await hashOf(configuration, clock))(text),
    /** Begins an erasure; the audit entry is created from its id and code. */
    async begin(
      sought: ErasedBy,
      entry: (of: { id: string; code: string; by: string }) => NewAuditEntry,
    ): Promise<Erasure> {
      const code = (await hashOf(configuration, clock))(textOf(sought));
      const id = options.newId('erasure');
      await erasures.begin({ id, code, sought, now: clock.now() }, entry({ id, code, by: byOf(sought) }));
      texts.set(id, textOf(sought));
      if (jobs.lease() !== null) start(id);
      else await forgetHere(id);
      const begun = (await list()).find((one) => one.id === id);
      if (begun === undefined) throw new AppError('internal', undefined, { internal: `erasure ${id} was not stored` });
      return begun;
    },
    list,
    /**
     * Called with a text that must leave all memory, and what is stored apart from the journal: when its erasure begins,
     * and when its events and deliveries are gone. A listener that rejects is called again.
     */
    watch: (listener: (text: string) => Promise<void> | void) => void listeners.add(listener),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await stack.disposeAsync();
      await running;
    },
  };
}

const stageOf = ({ isSearched }: Pick<StoredErasure, 'isSearched'>): ErasureStage =>
  isSearched ? 'searched' : 'begun';
const textOf = (sought: ErasedBy) => ('visitorId' in sought ? sought.visitorId : sought.value);
const byOf = (sought: ErasedBy) => ('visitorId' in sought ? 'visitorId' : sought.parameter);

function shown(
  { id, state, code, by, counts, createdAt, finishedAt }: StoredErasure,
  waitsFor: string | null,
): Erasure {
  const finished = finishedAt === null ? null : new Date(finishedAt).toISOString();
  return { id, state, code, by, counts, waitsFor, createdAt: new Date(createdAt).toISOString(), finishedAt: finished };
}
