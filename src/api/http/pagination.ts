import { invalid } from '../../contract/errors.ts';
import { jsonSize } from '../../contract/json-size.ts';
import type { Page } from '../../contract/records/page.ts';

/** Bytes of JSON of the items of one page; a single item can be larger. */
export const pageBytesMax = 4 * 1_048_576;

type PageQuery = { cursor?: string | undefined; limit: number };

/** The position of an item in a list, as the text of a cursor. `isSortKey` validates the position of a client's cursor. */
type SortKeys<T> = { sortKeyOf(item: T): string; isSortKey(at: string): boolean };

/** The part of a list to read: next to a position, on its older or newer side, or from the newest item. */
export type Range = { before?: string; after?: string };

/** Lists sorted by id, with this prefix. */
export function byId(prefix: string): SortKeys<{ id: string }> {
  return { sortKeyOf: ({ id }) => id, isSortKey: isIdOf(prefix) };
}

/** Whether a text has the form of an id with this prefix. */
export function isIdOf(prefix: string): (at: string) => boolean {
  const pattern = new RegExp(`^${prefix}_[0-9a-z_-]{1,64}$`);
  return (at) => pattern.test(at);
}

/** Lists sorted by a number, from 1 on. */
export function byNumber<Key extends string>(key: Key): SortKeys<{ [K in Key]: number }> {
  return { sortKeyOf: (item) => String(item[key]), isSortKey: (at) => /^[1-9]\d{0,14}$/.test(at) };
}

/** The range of a list sorted by a number. */
export function numbersOf({ before, after }: Range): { before?: number; after?: number } {
  if (before !== undefined) return { before: Number(before) };
  return after === undefined ? {} : { after: Number(after) };
}

/**
 * A page of a list in memory, in descending order of `sortKeyOf` (texts). `order` 'ascending': from the smallest key.
 * Throws AppError `invalid_value` for a cursor of another list, like the other pages.
 */
export function pageOfAll<T>(
  items: Iterable<T>,
  query: PageQuery,
  { sortKeyOf, isSortKey, order = 'descending' }: SortKeys<NoInfer<T>> & { order?: 'descending' | 'ascending' },
): Page<T> {
  const { limit } = query;
  const cursor = readCursor(query.cursor, isSortKey);
  const isAfter = (a: string, b: string) => (order === 'descending' ? a < b : a > b);
  const keyed = Array.from(items, (item) => ({ item, key: sortKeyOf(item) }));
  const isOnSide = (key: string) =>
    cursor === null || (cursor.side === 'older' ? isAfter(key, cursor.at) : isAfter(cursor.at, key));
  const side = keyed
    .filter(({ key }) => isOnSide(key))
    .sort((a, b) => (isAfter(a.key, b.key) ? 1 : -1))
    .map(({ item }) => item);
  const cut = cursor?.side === 'newer' ? side.slice(-limit - 1) : side.slice(0, limit + 1);
  return pageOfCut(cut, { cursor, limit, sortKeyOf });
}

/** A page of a stored list. `load` returns the items next to the position, at most `limit`, newest first. */
export async function pageOfStored<T>(
  query: PageQuery,
  { sortKeyOf, isSortKey }: SortKeys<NoInfer<T>>,
  load: (range: Range & { limit: number }) => Promise<readonly T[]>,
): Promise<Page<T>> {
  const { limit } = query;
  const cursor = readCursor(query.cursor, isSortKey);
  const cut = await load({ ...rangeOf(cursor), limit: limit + 1 });
  return pageOfCut(cut, { cursor, limit, sortKeyOf });
}

/**
 * A page of a stored list with large items, read in parts until it is full or has `pageBytesMax`. `load` returns at least one
 * item, unless the list has ended, and fewer than `limit` when these are large.
 */
export function pageOfLarge<T>(
  query: PageQuery,
  keys: SortKeys<NoInfer<T>>,
  load: (range: Range & { limit: number }) => Promise<readonly T[]>,
): Promise<Page<T>> {
  let bytes = 0;
  return pageOfSearch(query, keys, async (range, missing) => {
    if (bytes >= pageBytesMax) return null;
    const found = await load({ ...range, limit: missing });
    bytes += jsonSize(found);
    const last = range.after === undefined ? found.at(-1) : found.at(0);
    return { found, reached: last === undefined ? null : keys.sortKeyOf(last) };
  });
}

/**
 * A page of the results of a bounded search on one side of the cursor, newest first. `search` reads the next part of the
 * list from a position: `found`, newest first, and where it stopped, null at the end of the list. It returns null when
 * it must read no more; the page is then short or empty and still has a next one.
 */
export async function pageOfSearch<T>(
  query: PageQuery,
  { sortKeyOf, isSortKey }: SortKeys<NoInfer<T>>,
  search: (range: Range, missing: number) => Promise<{ found: readonly T[]; reached: string | null } | null>,
): Promise<Page<T>> {
  const { limit } = query;
  const cursor = readCursor(query.cursor, isSortKey);
  const side = cursor?.side ?? 'older';
  let found: T[] = [];
  let from = cursor;
  let reached: string | null = null;
  while (found.length <= limit) {
    const part = await search(rangeOf(from), limit + 1 - found.length);
    if (part === null) break;
    found = side === 'newer' ? [...part.found, ...found] : [...found, ...part.found];
    reached = part.reached;
    if (reached === null) break;
    from = { side, at: reached };
  }
  const cut = side === 'newer' ? found.slice(-limit - 1) : found.slice(0, limit + 1);
  const { data, page } = pageOfCut(cut, { cursor, limit, sortKeyOf });
  if (reached === null || found.length > data.length) return { data, page };
  return { data, page: { ...page, [side === 'newer' ? 'prev' : 'next']: writeCursor(side, reached) } };
}

/** The location of a page: next to `at`, on its older or newer side; null is the first page. */
type Cursor = { side: 'older' | 'newer'; at: string } | null;

/** Parses a cursor of an earlier page. Throws AppError `invalid_value`. */
function readCursor(text: string | undefined, isSortKey: (key: string) => boolean): Cursor {
  if (text === undefined) return null;
  const plain = Buffer.from(text, 'base64url').toString('utf8');
  const at = plain.slice(1);
  const side = plain.startsWith('<') ? 'older' : plain.startsWith('>') ? 'newer' : null;
  if (side === null || !isSortKey(at) || writeCursor(side, at) !== text)
    throw invalid([{ pointer: '/cursor', detail: 'Must be a cursor from a page of this list.' }]);
  return { side, at };
}

function writeCursor(side: 'older' | 'newer', at: string): string {
  return Buffer.from(`${side === 'older' ? '<' : '>'}${at}`, 'utf8').toString('base64url');
}

function rangeOf(cursor: Cursor): Range {
  if (cursor === null) return {};
  return cursor.side === 'older' ? { before: cursor.at } : { after: cursor.at };
}

/**
 * A page of `limit` + 1 items next to the cursor, newest first: the extra item shows that the list continues on that
 * side. A page ends early at `pageBytesMax`.
 */
function pageOfCut<T>(
  cut: readonly T[],
  { cursor, limit, sortKeyOf }: { cursor: Cursor; limit: number; sortKeyOf(item: NoInfer<T>): string },
): Page<T> {
  const isNewer = cursor?.side === 'newer';
  const count = countWithin(isNewer ? cut.toReversed() : cut, limit);
  const goesOn = cut.length > count;
  const data = isNewer ? cut.slice(cut.length - count) : cut.slice(0, count);
  const first = data.at(0);
  const last = data.at(-1);
  const hasNewer = isNewer ? goesOn : cursor !== null;
  const hasOlder = isNewer ? true : goesOn;
  return {
    data,
    page: {
      next: hasOlder && last !== undefined ? writeCursor('older', sortKeyOf(last)) : null,
      prev: hasNewer && first !== undefined ? writeCursor('newer', sortKeyOf(first)) : null,
    },
  };
}

/** The number of items, from the start, that fit into a page. */
function countWithin(items: readonly unknown[], limit: number): number {
  let bytes = 0;
  for (const [at, item] of items.entries()) {
    if (at === limit) return at;
    bytes += jsonSize(item);
    if (bytes > pageBytesMax && at > 0) return at;
  }
  return items.length;
}
