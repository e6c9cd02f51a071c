import { createHash } from 'node:crypto';
import { byItself } from '../contract/by-itself.ts';
import type { AuditChange, AuditEntry, NewAuditEntry } from '../contract/records/audit.ts';
import { canonicalJson } from './canonical-json.ts';

/** An entry as the next one needs it. */
export type Link = Pick<AuditEntry, 'number' | 'hash'>;

/** What stands before the first entry. */
export const origin: Link = { number: 0, hash: '0'.repeat(64) };

/** An entry as it is kept: `body` is its canonical JSON without the hash, `hash` the SHA-256 of that in hex. */
export type ChainedRow = { number: number; body: string; hash: string };

/** Gives an entry its place after another one. */
export function chained(previous: Link, entry: NewAuditEntry): ChainedRow {
  const number = previous.number + 1;
  const body = canonicalJson({ ...entry, number, previousHash: previous.hash });
  return { number, body, hash: hashOf(body) };
}

/** The entry of a kept row. */
export function entryOf({ body, hash }: ChainedRow): AuditEntry {
  return { ...JSON.parse(body), hash };
}

/** The entry that says up to which one, inclusive, older ones were removed: what is left begins at this anchor. */
export function pruned(last: Link, before: Link, now: number): NewAuditEntry {
  return {
    ...byItself,
    createdAt: new Date(now).toISOString(),
    act: 'prune',
    kind: 'audit',
    id: null,
    name: null,
    result: 'done',
    code: null,
    changes: [{ pointer: '/anchor', before: linkOf(before), after: linkOf(last) }],
  };
}

/** The anchor that an entry sets; null when it sets none. */
export function anchorOf({ act, changes }: Pick<AuditEntry, 'act' | 'changes'>): Link | null {
  if (act !== 'prune') return null;
  const after = changes.find((one: AuditChange) => one.pointer === '/anchor')?.after;
  return isLink(after) ? linkOf(after) : null;
}

export type Verdict =
  | { ok: true; count: number; first: number; head: Link }
  /** `number` is where the chain breaks. */
  | { ok: false; number: number; problem: string };

/**
 * Whether rows, in the order of their numbers, are one chain from its origin, or from the anchor that the newest `prune`
 * among them names. Whoever can write all of them can make another chain; it has another head (number and hash), which
 * is why heads are worth noting elsewhere: `known` are such, and must be in the chain as far as it still reaches back.
 */
export function verifyChain(rows: Iterable<ChainedRow>, known: readonly Link[] = []): Verdict {
  let head: Link | null = null;
  let first: Link | null = null;
  let anchor = origin;
  let count = 0;
  const expected = new Map(known.map(({ number, hash }) => [number, hash]));
  for (const row of rows) {
    const broken = (problem: string): Verdict => ({ ok: false, number: row.number, problem });
    if (hashOf(row.body) !== row.hash) return broken('its hash is not that of what it says');
    const entry = parsed(row);
    if (entry === null) return broken('it is no entry in canonical JSON');
    if (entry.number !== row.number) return broken(`it says that it is number ${entry.number}`);
    first ??= { number: entry.number - 1, hash: entry.previousHash };
    const previous: Link = head ?? first;
    if (entry.number !== previous.number + 1) return broken(`the one before it is number ${previous.number}`);
    if (entry.previousHash !== previous.hash) return broken('it does not hold the hash of the one before it');
    if (expected.has(row.number) && expected.get(row.number) !== row.hash)
      return broken('it has not the hash that was noted');
    anchor = anchorOf(entry) ?? anchor;
    head = { number: row.number, hash: row.hash };
    count += 1;
  }
  const start = first ?? origin;
  if (start.number !== anchor.number || start.hash !== anchor.hash)
    return {
      ok: false,
      number: start.number + 1,
      problem: 'what stood before it is missing, and no entry says that it was removed',
    };
  const end = head ?? origin;
  const missing = known.find(({ number }) => number > end.number);
  if (missing !== undefined)
    return {
      ok: false,
      number: end.number + 1,
      problem: `entries up to the noted number ${missing.number} are missing`,
    };
  return { ok: true, count, first: start.number + 1, head: end };
}

function parsed({ body }: ChainedRow): AuditEntry | null {
  try {
    const value = JSON.parse(body);
    return canonicalJson(value) === body ? value : null;
  } catch {
    return null; // what is no JSON is no entry
  }
}

const linkOf = ({ number, hash }: Link): Link => ({ number, hash });

function isLink(value: unknown): value is Link {
  return typeof value === 'object' && value !== null && 'number' in value && 'hash' in value;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
