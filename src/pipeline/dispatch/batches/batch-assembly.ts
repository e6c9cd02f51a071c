import { isSetBack } from '../../../async/clock.ts';
import type { DestinationBody } from '../../../contract/documents/destination.ts';
import { compareNumbers } from '../../../contract/ids.ts';
import type { DueDelivery } from '../../../journal/journal.ts';
import { compileLookup } from '../../../rules/lookup.ts';
import type { Batch, BatchKey, BatchLimits } from '../../attempt/batch.ts';
import { type Plans, versionsOf } from '../../attempt/delivery-plan.ts';
import type { Configuration } from '../../snapshot/snapshot.ts';
import { batchRecordsOf, type DestinationQueue, isSuspect, type QueuedDelivery } from '../destination-queue.ts';
import type { Block } from '../limits.ts';
import type { QueueFill } from '../memory-budget.ts';

/** The next batch of a queue whose destination takes batches. `until` null: wait until another change. */
export type BatchChoice =
  | { kind: 'one'; delivery: QueuedDelivery }
  | { kind: 'batch'; batch: Batch<QueuedDelivery> }
  | { kind: 'wait'; until: number | null };

const versionsMax = 5_000;

type Resume = (queue: DestinationQueue) => void;

type Options = {
  configuration: Configuration;
  plans: Pick<Plans, 'pinned' | 'usesLatestVersions' | 'presentVersions'>;
  failed(error: unknown, doing: string): void;
};

/** Decides which deliveries share a request, from those in memory that are due. Nothing of it is stored. */
export class BatchAssembly {
  readonly #options: Options;
  /** By destination, version and action; null: that version has no batches. */
  readonly #limits = new Map<string, BatchLimits | null>();
  /** The queues that wait for a version: a live one and those of replays may need the same. */
  readonly #loading = new Map<string, Set<DestinationQueue>>();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * The first batch, by the position of its first delivery, that is full, has waited long enough or is a part of a
   * refused batch; or a delivery that is sent alone. `resume` is called with the queue when a version that had to be
   * loaded is known.
   */
  next(queue: DestinationQueue, now: number, fill: QueueFill, resume: Resume): BatchChoice {
    const candidates = new Candidates(now, fill);
    for (const one of queue.waiting) if (candidates.add(one, this.#keyOf(one, resume))) break;
    return choose(candidates.all, fill);
  }

  /** undefined: its version is being loaded. */
  #keyOf(one: QueuedDelivery, resume: Resume): BatchKey | undefined {
    one.batchKey ??= this.#findKey(one, resume) ?? null;
    return one.batchKey ?? undefined;
  }

  #findKey({ delivery, queue }: QueuedDelivery, resume: Resume): BatchKey | undefined {
    const { plans } = this.#options;
    const { event, rendered, actionId } = delivery;
    // A delivery that was sent alone is sent again with the same bytes; a suspect is sent alone.
    if (isSuspect(delivery) || rendered !== null || event === null) return alone;
    const versions = plans.usesLatestVersions(delivery) ? plans.presentVersions(delivery) : versionsOf(delivery);
    const found = this.#limitsOf({ ...delivery, ...versions }, queue, resume);
    if (found === undefined) return undefined;
    if (found === null) return alone;
    const value = found.key === null ? '' : (JSON.stringify(found.key(event)) ?? '');
    const key = `${actionId}@${versions.actionVersion}:${versions.destinationVersion}:${value}`;
    return { key, versions, limits: found };
  }

  /** undefined: an old version that is being loaded. */
  #limitsOf(delivery: DueDelivery, queue: DestinationQueue, resume: Resume): BatchLimits | null | undefined {
    // By action too, because the size of a record, which is learnt, depends on its mapping.
    const version = `${delivery.destinationId}@${delivery.destinationVersion} ${delivery.actionId}`;
    const known = this.#limits.get(version);
    if (known !== undefined) return known;
    const present = this.#options.configuration.snapshot.documents.destination.get(delivery.destinationId);
    if (present?.version === delivery.destinationVersion) return this.#keep(version, limitsFrom(present.body));
    const loading = this.#loading.get(version);
    if (loading !== undefined) loading.add(queue);
    else void this.#load(version, delivery, queue, resume);
    return undefined;
  }

  async #load(version: string, delivery: DueDelivery, first: DestinationQueue, resume: Resume) {
    const queues = new Set([first]);
    this.#loading.set(version, queues);
    try {
      const { to } = await this.#options.plans.pinned(delivery);
      this.#keep(version, to === null ? null : limitsFrom(to.destination.body));
    } catch (error) {
      this.#options.failed(error, 'load a version of a destination');
      // One record per request works for every template.
      this.#keep(version, null);
    }
    this.#loading.delete(version);
    for (const queue of queues) resume(queue);
  }

  #keep(version: string, found: BatchLimits | null) {
    if (this.#limits.size >= versionsMax) this.#limits.delete(this.#limits.keys().next().value ?? '');
    this.#limits.set(version, found);
    return found;
  }
}

type Candidate = { members: QueuedDelivery[]; own: BatchKey; isReady: boolean };

/**
 * The batches that waiting deliveries form, in the order of their first ones; the later ones may be unfinished. The deliveries
 * of an order key are in one of them, since a second one could overtake the first.
 */
class Candidates {
  readonly all: Candidate[] = [];
  readonly #now: number;
  readonly #fill: QueueFill;
  /** Those that have room, by key. */
  readonly #open = new Map<string, Candidate>();
  /** The one that has the deliveries of an order key; null: the next ones of that key must wait. */
  readonly #ofOrderKey = new Map<number, Candidate | null>();

  constructor(now: number, fill: QueueFill) {
    this.#now = now;
    this.#fill = fill;
  }

  /** Adds the next delivery of the queue. Returns whether the first batch is complete. `own` undefined: it is not known yet. */
  add(one: QueuedDelivery, own: BatchKey | undefined): boolean {
    const candidate = own === undefined ? null : this.#candidateOf(one, own);
    const { orderKey } = one.delivery;
    if (orderKey !== undefined) this.#ofOrderKey.set(orderKey, candidate);
    if (candidate === null) return false;
    candidate.members.push(one);
    if (candidate.own === alone) return true;
    if (one.part !== 0 || candidate.members.length < roomOf(candidate.own.limits)) return false;
    candidate.isReady = true;
    this.#open.delete(candidate.own.key);
    return this.all[0] === candidate;
  }

  /** null: it must wait for earlier deliveries of its order key. */
  #candidateOf(one: QueuedDelivery, own: BatchKey): Candidate | null {
    const key = one.part === 0 ? own.key : `part ${one.part}`;
    const open = own === alone ? undefined : this.#open.get(key);
    const { orderKey } = one.delivery;
    const earlier = orderKey === undefined ? undefined : this.#ofOrderKey.get(orderKey);
    if (earlier === null || (earlier !== undefined && earlier !== open)) return null;
    if (open !== undefined) return open;
    const isReady =
      own === alone || one.part !== 0 || this.#fill === 'full' || (this.#fill === 'all' && isOld(one, own, this.#now));
    const candidate = { members: [], own, isReady };
    this.all.push(candidate);
    if (own !== alone) this.#open.set(key, candidate);
    return candidate;
  }
}

const alone: BatchKey = {
  key: '',
  versions: { actionVersion: null, destinationVersion: 0 },
  limits: { records: 1, bytes: 0, waitMs: 0, key: null, bytesPerRecord: null },
};

function choose(candidates: readonly Candidate[], fill: QueueFill): BatchChoice {
  let until = Number.POSITIVE_INFINITY;
  for (const { members, own, isReady } of candidates) {
    const [first, second] = members;
    if (first === undefined) continue;
    if (isReady)
      return second === undefined
        ? { kind: 'one', delivery: first }
        : { kind: 'batch', batch: { members: members.toSorted(byNumber), versions: own.versions, limits: own.limits } };
    until = Math.min(until, endOf(first, own.limits.waitMs));
  }
  return { kind: 'wait', until: fill === 'all' && Number.isFinite(until) ? until : null };
}

/** The same set always has the same order, which is also that of its order keys. */
const byNumber = (a: QueuedDelivery, b: QueuedDelivery) => compareNumbers(a.delivery.id, b.delivery.id);

/**
 * When a batch that begins with this delivery has waited long enough. A shorter wait of a later version applies, so that
 * a person can end a long one.
 */
function endOf({ delivery: { dueAt, createdAt }, queue }: QueuedDelivery, waitMs: number): number {
  const presentMs = queue.plan?.destination.body.settings.batch.waitMs ?? waitMs;
  return (dueAt ?? createdAt) + Math.min(waitMs, presentMs);
}

/** Whether it has waited long enough. After the clock was set back that is unknown, so that it has. */
function isOld(one: QueuedDelivery, { limits }: BatchKey, now: number): boolean {
  return endOf(one, limits.waitMs) <= now || isSetBack(endOf(one, 0), now);
}

/** The wait of a delivery for others that share its request, at the longest; null: it does not wait. */
export function batchBlock(queue: DestinationQueue, deliveryId: string, now: number): Block | null {
  const one =
    batchRecordsOf(queue) === 1 ? undefined : queue.waiting.find(({ delivery }) => delivery.id === deliveryId);
  if (one?.batchKey == null) return null;
  const until = endOf(one, one.batchKey.limits.waitMs);
  return until > now ? { limit: 'batch', until } : null;
}

/** The estimated number of records that fit in a batch. */
function roomOf({ records, bytes, bytesPerRecord }: BatchLimits): number {
  if (bytesPerRecord === null) return records;
  return Math.min(records, Math.max(1, Math.floor(bytes / bytesPerRecord)));
}

function limitsFrom({ settings }: Pick<DestinationBody, 'settings'>): BatchLimits | null {
  const { records, bytes, waitMs, key } = settings.batch;
  if (records === 1) return null;
  return { records, bytes, waitMs, key: key === null ? null : compileLookup(key), bytesPerRecord: null };
}
