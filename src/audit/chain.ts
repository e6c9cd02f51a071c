import { createHash } from 'node:crypto';
import { byItself } from '../contract/by-itself.ts';
import type { AuditChange, AuditEntry, NewAuditEntry } from '../contract/records/audit.ts';
import { canonicalJson } from './canonical-json.ts';

/** The number and hash of an entry, to which the next one refers. */
export type Link = Pick<AuditEntry, 'number' | 'hash'>;

/** The link before the first entry. */
export const origin: Link = { number: 0, hash: '0'.repeat(64) };

/** An entry as stored: `body` is its canonical JSON without the hash, `hash` the SHA-256 of `body` in hex. */
export type ChainedRow = { number: number; body: string; hash: string };

/** Appends an entry to the chain: gives it the next number and the previous hash. */
export function chained(previous: Link, entry: NewAuditEntry): ChainedRow {
  const number = previous.number + 1;
  const body = canonicalJson({ ...entry, number, previousHash: previous.hash });
  return { number, body, hash: hashOf(body) };
}

/** The entry of a stored row. */
export function entryOf({ body, hash }: ChainedRow): AuditEntry {
  return { ...JSON.parse(body), hash };
}

/**
 * The `prune` entry: entries up to `last`, inclusive, were removed, and the rest of the chain begins at this anchor.
 */
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
 * Whether rows, in the order of their numbers, are one chain from the origin, or from the anchor of the newest `prune`
 * entry among them. An attacker who can write all rows can make another valid chain, but with another head (number and
 * hash). So heads are worth recording elsewhere: `known` are such heads, which must be in the chain as far back as it
 * reaches.
 */
export function verifyChain(rows: Iterable<ChainedRow>, known: readonly Link[] = []): Verdict {
  const chain = chainVerifier(known);
  for (const row of rows) {
    const broken = chain.add(row);
    if (broken !== null) return broken;
  }
  return chain.end();
}

/** The same for rows that come in steps: `add` returns the verdict of a broken one, `end` that of all. */
export function chainVerifier(known: readonly Link[] = []) {
  let head: Link | null = null;
  let first: Link | null = null;
  let anchor = origin;
  let count = 0;
  const expected = new Map(known.map(({ number, hash }) => [number, hash]));
  function add(row: ChainedRow): Verdict | null {
    const broken = (problem: string): Verdict => ({ ok: false, number: row.number, problem });
    if (hashOf(row.body) !== row.hash) return broken('its hash does not match its content');
    const entry = parsed(row);
    if (entry === null) return broken('it is not an entry in canonical JSON');
    if (entry.number !== row.number) return broken(`its content has the number ${entry.number}`);
    first ??= { number: entry.number - 1, hash: entry.previousHash };
    const previous: Link = head ?? first;
    if (entry.number !== previous.number + 1) return broken(`the entry before it is number ${previous.number}`);
    if (entry.previousHash !== previous.hash) return broken('it does not contain the hash of the entry before it');
    if (expected.has(row.number) && expected.get(row.number) !== row.hash)
      return broken('its hash is not the known one');
    anchor = anchorOf(entry) ?? anchor;
    head = { number: row.number, hash: row.hash };
    count += 1;
    return null;
  }
  function end(): Verdict {
    const start = first ?? origin;
    if (start.number !== anchor.number || start.hash !== anchor.hash)
      return {
        ok: false,
        number: start.number + 1,
        problem: 'the entries before it are missing, and no entry records their removal',
      };
    const last = head ?? origin;
    const missing = known.find(({ number }) => number > last.number);
    if (missing !== undefined)
      return {
        ok: false,
        number: last.number + 1,
        problem: `entries up to the known number ${missing.number} are missing`,
      };
    return { ok: true, count, first: start.number + 1, head: last };
  }
  return { add, end };
}

function parsed({ body }: ChainedRow): AuditEntry | null {
  try {
    const value = JSON.parse(body);
    return canonicalJson(value) === body ? value : null;
  } catch {
    return null; // text that is not JSON is not an entry
  }
}

const linkOf = ({ number, hash }: Link): Link => ({ number, hash });

function isLink(value: unknown): value is Link {
  return typeof value === 'object' && value !== null && 'number' in value && 'hash' in value;
}

function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
