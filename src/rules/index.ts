import type { Event } from '../contract/records/event.ts';
import type { CompiledCondition } from './compile.ts';
import { bucketName, type Choice, chooseFilings, type Test } from './filing.ts';
import { compileLookup, type Fold, foldCase, foldExact, type Lookup, someCandidate, sourcesOf } from './lookup.ts';

/**
 * An index over many conditions. The cost of an event grows with the entries that may match it, not with all of them:
 * each entry is filed under the rarest choice of texts that its condition needs (`wt.ev` is one of …), and only
 * entries without such a need are tested for every event. Results are in the order of the entries.
 */
export type RuleIndex<Entry> = {
  /** The entries that may match: all that match, and possibly others. */
  candidates(event: Event): Entry[];
  /**
   * The entries whose conditions hold. With `threw`, an entry whose condition throws is passed to it and left out, and the
   * others are evaluated; without it, the error is thrown.
   */
  match(event: Event, threw?: (entry: Entry, error: unknown) => void): Entry[];
};

/**
 * An index over `entries`, which is built at its first use: that takes long with many of them, and of consecutive changes
 * only the last is used. Both functions reuse marks between calls, so a call must finish before the next begins.
 */
export function ruleIndex<Entry extends { condition: CompiledCondition }>(
  entries: () => readonly Entry[],
): RuleIndex<Entry> {
  let filed: Filed<Entry> | null = null;
  let round = 0;
  const take = (slot: Slot<Entry>, found: Slot<Entry>[]) => {
    if (slot.seenIn !== round) found.push(slot);
    slot.seenIn = round;
  };
  const candidateSlots = (event: Event): Slot<Entry>[] => {
    round += 1;
    filed ??= fileAll(entries());
    const found = filed.unfiled.slice();
    for (const bucket of filed.find(event, round)) {
      const value = bucket.lookup(event);
      if (value === undefined) continue;
      someCandidate(value, (text) => {
        const slots = bucket.slots.get(bucket.fold(text));
        if (slots === undefined) return false;
        if (Array.isArray(slots)) for (const slot of slots) take(slot, found);
        else take(slots, found);
        return false;
      });
    }
    return found.length > 1 ? found.sort((a, b) => a.order - b.order) : found;
  };

  return {
    candidates: (event) => candidateSlots(event).map((slot) => slot.entry),
    match: (event, threw) => {
      const matched: Entry[] = [];
      let slots: Slot<Entry>[] | null = null;
      try {
        slots = candidateSlots(event);
      } catch (error) {
        if (threw === undefined) throw error;
      }
      // When looking up a bucket throws, each entry is evaluated alone, to find those that do.
      for (const slot of slots ?? entries().map(unfiled)) {
        try {
          if (allHold(slot.rest, event)) matched.push(slot.entry);
        } catch (error) {
          if (threw === undefined) throw error;
          threw(slot.entry, error);
        }
      }
      return matched;
    },
  };
}

/** `rest`: the tests that remain when the entry was found in its bucket. */
type Slot<Entry> = { entry: Entry; order: number; rest: readonly Test[]; seenIn: number };

function unfiled<Entry extends { condition: CompiledCondition }>(entry: Entry, order: number): Slot<Entry> {
  return { entry, order, rest: [entry.condition.matches], seenIn: 0 };
}

/** The entries filed under one parameter, by folded text. */
type Bucket<Entry> = {
  parameter: string;
  lookup: Lookup;
  fold: Fold;
  /** Usually a text has one entry; storing it without a list saves a memory access. */
  slots: Map<string, Slot<Entry> | Slot<Entry>[]>;
  seenIn: number;
};

/** The entries without a choice of texts, and the buckets of the others. */
type Filed<Entry> = {
  unfiled: readonly Slot<Entry>[];
  find: (event: Event, round: number) => readonly Bucket<Entry>[];
};

function fileAll<Entry extends { condition: CompiledCondition }>(entries: readonly Entry[]): Filed<Entry> {
  const filingOf = chooseFilings(entries);
  const unfiled: Slot<Entry>[] = [];
  const shelves = new Map<string, Bucket<Entry>>();
  for (const [order, entry] of entries.entries()) {
    const { choices, rest } = filingOf(entry.condition);
    const slot: Slot<Entry> = { entry, order, rest, seenIn: 0 };
    if (choices === null) unfiled.push(slot);
    else for (const choice of choices) file(slot, choice, shelves);
  }
  return { unfiled, find: bucketFinder([...shelves.values()]) };
}

const none: readonly never[] = [];

function file<Entry>(slot: Slot<Entry>, choice: Choice, shelves: Map<string, Bucket<Entry>>): void {
  const name = bucketName(choice);
  let bucket = shelves.get(name);
  if (bucket === undefined) {
    const { parameter, ignoreCase } = choice;
    const fold = ignoreCase ? foldCase : foldExact;
    bucket = { parameter, lookup: compileLookup(parameter), fold, slots: new Map(), seenIn: 0 };
    shelves.set(name, bucket);
  }
  for (const text of choice.texts) {
    const filed = bucket.slots.get(text);
    if (filed === undefined) bucket.slots.set(text, slot);
    else if (!Array.isArray(filed)) bucket.slots.set(text, filed === slot ? slot : [filed, slot]);
    else if (filed.at(-1) !== slot) filed.push(slot);
  }
}

/**
 * The buckets to search for an event. With few buckets: all of them. With many: those of the event's own keys, so
 * that the parameters of ten thousand conditions cost an event nothing.
 */
function bucketFinder<Entry>(shelves: Bucket<Entry>[]): (event: Event, round: number) => Bucket<Entry>[] {
  if (shelves.length <= shelvesAlwaysLookedAt) return () => shelves;
  const always: Bucket<Entry>[] = [];
  const byKey = new Map<string, Bucket<Entry>[]>();
  for (const bucket of shelves) {
    const { dataKeys, isInEvent } = sourcesOf(bucket.parameter);
    if (isInEvent) always.push(bucket);
    else
      for (const key of dataKeys) {
        const sharing = byKey.get(key) ?? [];
        sharing.push(bucket);
        byKey.set(key, sharing);
      }
  }
  return (event, round) => {
    const found = always.slice();
    for (const key of Object.keys(event.data)) {
      for (const bucket of byKey.get(key) ?? none) {
        if (bucket.seenIn !== round) found.push(bucket);
        bucket.seenIn = round;
      }
    }
    return found;
  };
}

const shelvesAlwaysLookedAt = 8;

function allHold(tests: readonly Test[], event: Event): boolean {
  for (const test of tests) if (!test(event)) return false;
  return true;
}
