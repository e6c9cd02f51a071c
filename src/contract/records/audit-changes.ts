import { isObject, mapChildren, pointerOf } from '../json.ts';
import { Secret, secretMark } from '../secret.ts';
import { withTexts } from '../with-texts.ts';
import type { AuditChange, NewAuditEntry } from './audit.ts';

const changesMax = 200;
const textMax = 1_000;
/** Characters of unchanged text kept on each side of a change in a long text. */
const contextLength = 40;

/**
 * The differences between two states for the audit trail; undefined is the state before creation or after deletion.
 * Secrets are compared by value and shown as marks. At most 200 changes with at most 1,000 characters per text: the
 * versions of a document contain the whole.
 */
export function changesOf(before: unknown, after: unknown): AuditChange[] {
  const changes = [...differences('', before, after)];
  if (changes.length <= changesMax) return changes;
  const rest = changes.length - changesMax + 1;
  return [...changes.slice(0, changesMax - 1), { pointer: '', after: `… ${rest} more changes` }];
}

/** The entry with its texts scrubbed of secrets. */
export function scrubbedEntry(entry: NewAuditEntry, scrub: (text: string) => string): NewAuditEntry {
  const { id, name, changes } = entry;
  return {
    ...entry,
    id: id === null ? null : scrub(id),
    name: name === null ? null : scrub(name),
    changes: changes.map(({ pointer, ...sides }) => ({ pointer, ...(withTexts(sides, scrub) as typeof sides) })), // texts alone differ
  };
}

function* differences(pointer: string, before: unknown, after: unknown): Generator<AuditChange> {
  if (before === after || (before instanceof Secret && after instanceof Secret && before.isSame(after))) return;
  if (Array.isArray(before) && Array.isArray(after)) yield* ofLists(pointer, before, after);
  else if (isPlain(before) && isPlain(after)) yield* ofObjects(pointer, before, after);
  else if (typeof before === 'string' && typeof after === 'string') yield { pointer, ...changedParts(before, after) };
  else
    yield {
      pointer,
      ...(before === undefined ? {} : { before: shown(before) }),
      ...(after === undefined ? {} : { after: shown(after) }),
    };
}

function* ofObjects(pointer: string, before: object, after: object): Generator<AuditChange> {
  const old = new Map<string, unknown>(Object.entries(before));
  const now = new Map<string, unknown>(Object.entries(after));
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [was, is] = [old.get(key), now.get(key)];
    if (was !== is) yield* differences(pointer + pointerOf([key]), was, is);
  }
}

/** Skips the items that both lists share at the beginning and end, so that an insertion is one change. */
function* ofLists(pointer: string, before: readonly unknown[], after: readonly unknown[]): Generator<AuditChange> {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && isSame(before[start], after[start])) start++;
  let end = 0;
  while (end < shorter - start && isSame(before.at(-1 - end), after.at(-1 - end))) end++;
  const longer = Math.max(before.length, after.length) - end;
  for (let i = start; i < longer; i++)
    yield* differences(
      `${pointer}/${i}`,
      i < before.length - end ? before[i] : undefined,
      i < after.length - end ? after[i] : undefined,
    );
}

const isSame = (a: unknown, b: unknown) => differences('', a, b).next().done === true;

/** Short texts whole; of long texts the part between their common beginning and end. */
function changedParts(before: string, after: string): { before: string; after: string } {
  if (before.length <= textMax && after.length <= textMax) return { before, after };
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before[start] === after[start]) start++;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  const part = (text: string) => {
    const from = Math.max(0, start - contextLength);
    const until = Math.min(text.length, text.length - end + contextLength);
    return `${from > 0 ? '…' : ''}${cut(text.slice(from, until))}${until < text.length ? '…' : ''}`;
  };
  return { before: part(before), after: part(after) };
}

function shown(value: unknown): unknown {
  if (value instanceof Secret) return secretMark(value);
  if (typeof value === 'string') return cut(value);
  return mapChildren(value, shown);
}

const cut = (text: string) => (text.length <= textMax ? text : `${text.slice(0, textMax)}…`);

function isPlain(value: unknown): value is object {
  return isObject(value) && !(value instanceof Secret);
}
