import { isDeepStrictEqual } from 'node:util';
import { valueAt } from '../contract/json-path.ts';
import { fitsStatus, jsonOf, type OutcomeRule, type Response } from './response-match.ts';

type ItemRule = NonNullable<OutcomeRule['items']>;
type DataRecord = Readonly<Record<string, unknown>>;

/** Whether results of single records are read from responses. */
export function readsItems(outcomes: readonly OutcomeRule[]): boolean {
  return outcomes.some((rule) => rule.items !== undefined);
}

/**
 * The records (their indexes, from 0) that an item rule finds in a response; null when it has no such list. An item
 * refers to the record at its own index in the list, at the index that it names (`index`), or with the value that it
 * names (`id`, compared with the record's `field`; a text, number or boolean, or a list of these). Indexes and values
 * without a record are ignored. Pure.
 */
export function recordsOfItems(rule: ItemRule, response: Response, records: readonly DataRecord[]): Set<number> | null {
  const list = valueAt(jsonOf(response), rule.path);
  if (!Array.isArray(list)) return null;
  const indexesByValue = rule.id === undefined ? new Map<string, number[]>() : indexesBy(rule.id.field, records);
  const found = new Set<number>();
  for (const [at, item] of list.entries()) {
    if (!fitsItem(rule.when, item)) continue;
    for (const record of indexesOf(rule, item, at, indexesByValue)) if (record < records.length) found.add(record);
  }
  return found;
}

/** The indexes of the records by their value in a field; records without a scalar there are left out. */
function indexesBy(field: string, records: readonly DataRecord[]): Map<string, number[]> {
  const indexes = new Map<string, number[]>();
  for (const [at, record] of records.entries()) {
    const value = Object.hasOwn(record, field) ? scalarText(record[field]) : null;
    if (value === null) continue;
    const same = indexes.get(value);
    if (same === undefined) indexes.set(value, [at]);
    else same.push(at);
  }
  return indexes;
}

function indexesOf(
  { index, id }: ItemRule,
  item: unknown,
  at: number,
  indexesByValue: Map<string, number[]>,
): readonly number[] {
  if (index !== undefined) {
    const at = numberOf(valueAt(item, index));
    return Number.isSafeInteger(at) && at >= 0 ? [at] : [];
  }
  if (id === undefined) return [at];
  return [valueAt(item, id.path)].flat().flatMap((one) => {
    const value = scalarText(one);
    const indexes = value === null ? undefined : indexesByValue.get(value);
    // Once is enough: a response may name the same value in a hundred thousand items.
    if (value !== null) indexesByValue.delete(value);
    return indexes ?? [];
  });
}

/**
 * The text of a scalar; null for anything else. An object is never converted, since its JSON may define `toString`
 * and `valueOf`.
 */
function scalarText(value: unknown): string | null {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
}

/** The value of a number, or of a text that is one; else NaN. */
function numberOf(value: unknown): number {
  return typeof value === 'number'
    ? value
    : typeof value === 'string' && value.trim() !== ''
      ? Number(value)
      : Number.NaN;
}

function fitsItem(when: ItemRule['when'], item: unknown): boolean {
  if (when === undefined) return true;
  const value = valueAt(item, when.path);
  if (when.exists !== undefined && when.exists !== (value !== undefined && value !== null)) return false;
  if (when.status !== undefined && !fitsStatus(when.status, numberOf(value))) return false;
  return when.equals === undefined || isDeepStrictEqual(value, when.equals);
}
