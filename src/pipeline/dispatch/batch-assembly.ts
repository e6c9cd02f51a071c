import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { compileLookup, type Lookup } from '../../rules/lookup.ts';
import type { Plans, Versions } from '../attempt/render-plan.ts';
import type { Configuration } from '../snapshot/snapshot.ts';
import { type DestinationQueue, isSuspect } from './destination-queue.ts';

/** How a destination wants its batches. */
export type Limits = Pick<DestinationBody['settings']['batch'], 'records' | 'bytes' | 'waitMs'> & {
  key: Lookup | null;
  /** What a record takes of a rendered body, as far as known. */
  bytesPerRecord: number | null;
};

/** Deliveries of one action and destination, in the same versions and with the same value of the grouping key. */
export type Group = { members: DueDelivery[]; versions: Versions; limits: Limits };

export type Departure =
  | { kind: 'one'; delivery: DueDelivery }
  | { kind: 'group'; group: Group }
  /** null: until something else happens. */
  | { kind: 'wait'; until: number | null };

/** `more`: the journal has more, which is on its way; `all`: it has not; `full`: no more has room. */
export type Stock = 'more' | 'all' | 'full';

export type Gathering = {
  /** How many deliveries of a destination may share an exchange; 1: it knows no batches. */
  recordsOf(destinationId: string): number;
  /**
   * What of a queue leaves next: the first group, by the place of its first delivery, that is as large as its limits
   * allow, has waited long enough or is a part of a batch that was refused; or a delivery that goes alone.
   */
  next(queue: DestinationQueue, now: number, stock: Stock, whenKnown: () => void): Departure;
};

const limitsMost = 5_000;

/** Decides which deliveries travel together. What waits here is in memory and due; nothing of it is stored. */
export function createGathering(options: {
  configuration: Configuration;
  plans: Pick<Plans, 'pinned' | 'isPinnedAnew' | 'presentVersions'>;
  failed(error: unknown, doing: string): void;
}): Gathering {
  const { configuration, plans } = options;
  const kinOf = new WeakMap<DueDelivery, Kin>();
  /** By destination and version; null: that version knows no batches. */
  const limits = new Map<string, Limits | null>();
  const loading = new Set<string>();

  /** undefined: an old version that is being loaded. */
  function limitsOf(delivery: DueDelivery, versions: Versions, whenKnown: () => void): Limits | null | undefined {
    const { destinationId } = delivery;
    const place = `${destinationId}@${versions.destinationVersion}`;
    const known = limits.get(place);
    if (known !== undefined) return known;
    const present = configuration.snapshot.documents.destination.get(destinationId);
    if (present?.version === versions.destinationVersion) return keep(place, limitsFrom(present.body));
    if (loading.has(place)) return undefined;
    loading.add(place);
    void Promise.resolve(plans.pinned({ ...delivery, ...versions }))
      .then(({ destination }) => keep(place, destination === null ? null : limitsFrom(destination.body)))
      .catch((error) => {
        options.failed(error, 'load a version of a destination');
        // One record at a time is right for every template.
        keep(place, null);
      })
      .finally(() => {
        loading.delete(place);
        whenKnown();
      });
    return undefined;
  }

  function keep(place: string, found: Limits | null) {
    if (limits.size >= limitsMost) limits.delete(limits.keys().next().value ?? '');
    limits.set(place, found);
    return found;
  }

  /** Whom a delivery may travel with; `alone`: nobody. */
  function kin(delivery: DueDelivery, whenKnown: () => void): Kin | undefined {
    const known = kinOf.get(delivery);
    if (known !== undefined) return known;
    const found = findKin(delivery, whenKnown);
    if (found !== undefined) kinOf.set(delivery, found);
    return found;
  }

  function findKin(delivery: DueDelivery, whenKnown: () => void): Kin | undefined {
    const { event, rendered, actionId } = delivery;
    // What was sent alone is sent again with the same bytes; what may kill goes alone, to be blamed alone.
    if (isSuspect(delivery) || rendered !== null || event === null) return alone;
    const versions = plans.isPinnedAnew(delivery, true) ? plans.presentVersions(delivery) : versionsOf(delivery);
    const found = limitsOf(delivery, versions, whenKnown);
    if (found === undefined) return undefined;
    if (found === null) return alone;
    const value = found.key === null ? '' : (JSON.stringify(found.key(event)) ?? '');
    const key = `${actionId}@${versions.actionVersion}:${versions.destinationVersion}:${value}`;
    return { key, versions, limits: found };
  }

  return {
    recordsOf: (destinationId) =>
      configuration.snapshot.documents.destination.get(destinationId)?.body.settings.batch.records ?? 1,

    next(queue, now, stock, whenKnown) {
      const open = new Map<string, Candidate>();
      const candidates: Candidate[] = [];
      const lines = new Map<number, Candidate | null>();
      for (const delivery of queue.items) {
        const own = kin(delivery, whenKnown);
        const line = delivery.orderKey;
        if (own === undefined) {
          if (line !== undefined) lines.set(line, null);
          continue;
        }
        // Behind one that does not leave with it.
        if (line !== undefined && (lines.get(line) === null || (own === alone && lines.has(line)))) {
          lines.set(line, null);
          continue;
        }
        if (own === alone) {
          if (candidates.length === 0) return { kind: 'one', delivery };
          candidates.push({ members: [delivery], own, isReady: true });
          break;
        }
        const part = queue.parts.get(delivery.id);
        const key = part === undefined ? own.key : `part ${part}`;
        const isOver = part !== undefined || stock === 'full';
        let candidate = open.get(key);
        if (candidate === undefined) {
          candidate = { members: [], own, isReady: isOver || (stock === 'all' && endOf(delivery, own) <= now) };
          open.set(key, candidate);
          candidates.push(candidate);
        }
        // Its earlier ones are in another group.
        if (line !== undefined && (lines.get(line) ?? candidate) !== candidate) {
          lines.set(line, null);
          continue;
        }
        if (line !== undefined) lines.set(line, candidate);
        candidate.members.push(delivery);
        if (part !== undefined || candidate.members.length < roomOf(own.limits)) continue;
        candidate.isReady = true;
        if (candidates[0] === candidate) break;
        open.delete(key);
      }
      return choose(candidates, stock);
    },
  };
}

type Kin = { key: string; versions: Versions; limits: Limits };
type Candidate = { members: DueDelivery[]; own: Kin; isReady: boolean };

const alone: Kin = {
  key: '',
  versions: { actionVersion: null, destinationVersion: 0 },
  limits: { records: 1, bytes: 0, waitMs: 0, key: null, bytesPerRecord: null },
};

function choose(candidates: readonly Candidate[], stock: Stock): Departure {
  let until = Number.POSITIVE_INFINITY;
  for (const { members, own, isReady } of candidates) {
    const [first, second] = members;
    if (first === undefined) continue;
    if (isReady)
      return second === undefined
        ? { kind: 'one', delivery: first }
        : { kind: 'group', group: { members: members.toSorted(byId), versions: own.versions, limits: own.limits } };
    until = Math.min(until, endOf(first, own));
  }
  return { kind: 'wait', until: stock === 'all' && Number.isFinite(until) ? until : null };
}

/** The same set is always in the same order, which is that of its order keys too. */
const byId = (a: DueDelivery, b: DueDelivery) => (a.id < b.id ? -1 : 1);

/** When a group that began with this one has waited long enough. */
function endOf({ dueAt, createdAt }: DueDelivery, { limits }: Kin): number {
  return (dueAt ?? createdAt) + limits.waitMs;
}

/** How many records fit, as far as is known. */
function roomOf({ records, bytes, bytesPerRecord }: Limits): number {
  if (bytesPerRecord === null) return records;
  return Math.min(records, Math.max(1, Math.floor(bytes / bytesPerRecord)));
}

function versionsOf({ actionVersion, destinationVersion }: DueDelivery): Versions {
  return { actionVersion, destinationVersion };
}

function limitsFrom({ settings }: Pick<DestinationBody, 'settings'>): Limits | null {
  const { records, bytes, waitMs, key } = settings.batch;
  if (records === 1) return null;
  return { records, bytes, waitMs, key: key === null ? null : compileLookup(key), bytesPerRecord: null };
}
