import type { Parameter } from '../contract/documents/parameter.ts';
import type { Event } from '../contract/records/event.ts';
import { isSensitiveName, maskExample } from './mask.ts';
import { timeMsOf } from './order.ts';

type ParameterType = Parameter['type'];

/** The statistics of one parameter; `types` counts the values of each type, `seen` the events that had it. */
type LearntParameter = {
  name: string;
  seen: number;
  types: Partial<Record<ParameterType, number>>;
  firstSeenAt: string;
  lastSeenAt: string;
  examples: string[];
};

/** The contents of a learner; plain JSON, to be stored and merged. `events` were examined, `skipped` were not. */
export type LearntParameters = { events: number; skipped: number; parameters: LearntParameter[] };

/**
 * Learns names, types, shares and masked examples of parameters from events: the keys of `data` and the dotted paths
 * of nested values (four levels deep), and `ext.…` and `session.…`. Examines up to `eventsPerSecondMax` events a
 * second and skips the rest, so that its cost is bounded; shares refer to the examined events. Memory is bounded by
 * `namesMax`: when full, a new name replaces one that was seen once or not for a week, if a short search finds one;
 * otherwise it is not learnt. Names over 255 characters are not learnt.
 */
export function parameterLearner(limits: { namesMax: number; examplesMax: number; eventsPerSecondMax?: number }) {
  const { namesMax, examplesMax, eventsPerSecondMax = 100 } = limits;
  let known = new Map<string, LearntParameter>();
  let events = 0;
  let skipped = 0;
  let second = 'none yet';
  let lookedAtInSecond = 0;
  let staleBefore = '';
  let sweep: MapIterator<LearntParameter> = known.values();

  return {
    /** Examines one event. Events are expected roughly in the order of `receivedAt`. */
    observe(event: Event): void {
      const now = event.receivedAt;
      if (!now.startsWith(second)) startSecond(now);
      if (lookedAtInSecond >= eventsPerSecondMax) {
        skipped += 1;
        return;
      }
      lookedAtInSecond += 1;
      events += 1;
      visit(event.data, '', 1, now);
      visit(event.ext, 'ext.', 2, now);
      visit(event.session, 'session.', 2, now);
    },
    /** Returns the statistics since the last call and resets them; the caller merges them with the stored ones. */
    drain(): LearntParameters {
      const learnt = { events, skipped, parameters: [...known.values()] };
      known = new Map();
      sweep = known.values();
      events = 0;
      skipped = 0;
      return learnt;
    },
  };

  function startSecond(now: string): void {
    second = now.slice(0, 19);
    lookedAtInSecond = 0;
    staleBefore = weekBefore(now);
  }

  function visit(object: object, prefix: string, level: number, now: string): void {
    for (const [key, value] of Object.entries(object)) {
      if (value === null || value === undefined) continue;
      const name = prefix + key;
      if (name.length > nameLengthMax) continue;
      note(name, value, now);
      if (level < levelsMax && typeof value === 'object' && !Array.isArray(value)) {
        visit(value, `${name}.`, level + 1, now);
      }
    }
  }

  function note(name: string, value: unknown, now: string): void {
    let one = known.get(name);
    if (one === undefined) {
      if (known.size >= namesMax && !makeRoom()) return;
      one = { name, seen: 0, types: {}, firstSeenAt: now, lastSeenAt: now, examples: [] };
      known.set(name, one);
    }
    one.seen += 1;
    one.lastSeenAt = now;
    const type = typeOf(value);
    one.types[type] = (one.types[type] ?? 0) + 1;
    if (one.examples.length < examplesMax && one.seen <= examplesFromFirst) addExample(one, value);
  }

  function addExample(one: LearntParameter, value: unknown): void {
    if (typeof value === 'object' || value === '' || isSensitiveName(one.name)) return;
    const example = maskExample(String(value));
    if (!one.examples.includes(example)) one.examples.push(example);
  }

  /** Searches the next few names, in rotation, for one to forget. */
  function makeRoom(): boolean {
    for (let step = 0; step < sweepSteps; step++) {
      let next = sweep.next();
      if (next.done) {
        sweep = known.values();
        next = sweep.next();
      }
      const one = next.value;
      if (one !== undefined && (one.seen <= 1 || one.lastSeenAt < staleBefore)) return known.delete(one.name);
    }
    return false;
  }
}

/**
 * Merges two snapshots, keeping at most `namesMax` names and `examplesMax` examples each. When there are more names,
 * those not seen in the last week are dropped first, then those seen least.
 */
export function mergeLearnt(
  a: LearntParameters,
  b: LearntParameters,
  limits: { namesMax: number; examplesMax: number },
): LearntParameters {
  const merged = new Map(a.parameters.map((one) => [one.name, one]));
  for (const one of b.parameters) {
    const other = merged.get(one.name);
    merged.set(one.name, other === undefined ? one : mergeOne(other, one, limits.examplesMax));
  }
  let newest = '';
  for (const { lastSeenAt } of merged.values()) if (lastSeenAt > newest) newest = lastSeenAt;
  const staleBefore = weekBefore(newest);
  const rank = (one: LearntParameter) => (one.lastSeenAt < staleBefore ? 1 : 0);
  const parameters = [...merged.values()]
    .sort((x, y) => rank(x) - rank(y) || y.seen - x.seen)
    .slice(0, limits.namesMax);
  return { events: a.events + b.events, skipped: a.skipped + b.skipped, parameters };
}

/** The type of nearly all values of a parameter; text when there is none. */
export function guessType(learnt: Pick<LearntParameter, 'types'>): ParameterType {
  let total = 0;
  for (const count of Object.values(learnt.types)) total += count;
  for (const type of types) if ((learnt.types[type] ?? 0) >= total * nearlyAll && total > 0) return type;
  return 'text';
}

const types: readonly ParameterType[] = ['text', 'number', 'boolean', 'time', 'list', 'object'];
const nearlyAll = 0.95;
const nameLengthMax = 255;
const levelsMax = 4;
const sweepSteps = 8;
const examplesFromFirst = 1_000;
const weekMs = 7 * 24 * 60 * 60 * 1000;
const numberText = /^-?\d+(?:\.\d+)?$/;

function typeOf(value: unknown): ParameterType {
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'object') return 'object';
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean' || value === 'true' || value === 'false') return 'boolean';
  if (typeof value !== 'string' || value.length > 40) return 'text';
  if (numberText.test(value)) return 'number';
  return Number.isNaN(timeMsOf(value)) ? 'text' : 'time';
}

function weekBefore(time: string): string {
  const ms = timeMsOf(time);
  return Number.isNaN(ms) ? '' : new Date(ms - weekMs).toISOString();
}

function mergeOne(a: LearntParameter, b: LearntParameter, examplesMax: number): LearntParameter {
  const counts: LearntParameter['types'] = { ...a.types };
  for (const type of types) {
    const count = (a.types[type] ?? 0) + (b.types[type] ?? 0);
    if (count > 0) counts[type] = count;
  }
  const [firstSeenAt = a.firstSeenAt] = [a.firstSeenAt, b.firstSeenAt].sort();
  const [, lastSeenAt = a.lastSeenAt] = [a.lastSeenAt, b.lastSeenAt].sort();
  return {
    name: a.name,
    seen: a.seen + b.seen,
    types: counts,
    firstSeenAt,
    lastSeenAt,
    examples: [...new Set([...a.examples, ...b.examples])].slice(0, examplesMax),
  };
}
