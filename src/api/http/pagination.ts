import type { Page } from '../../contract/records/page.ts';
import { valueBytes } from '../../pipeline/accept/size-estimate.ts';
import { invalid } from './validate.ts';

/** Approximate limit of the items of one page; a single item can be larger. */
export const pageBytesMax = 4 * 1_048_576;

/** The location of a page: next to `at`, on its older or newer side; null is the first page. */
export type Cursor = { side: 'older' | 'newer'; at: string } | null;

/** Parses a cursor of an earlier page; `isPlace` validates its position. Throws AppError `invalid_value`. */
export function readCursor(text: string | undefined, isPlace: (at: string) => boolean): Cursor {
  if (text === undefined) return null;
  const plain = Buffer.from(text, 'base64url').toString('utf8');
  const at = plain.slice(1);
  const side = plain.startsWith('<') ? 'older' : plain.startsWith('>') ? 'newer' : null;
  if (side === null || !isPlace(at) || writeCursor(side, at) !== text)
    throw invalid([{ pointer: '/cursor', detail: 'Must be a cursor from a page of this list.' }]);
  return { side, at };
}

/** A cursor as bounds of a journal query. */
export function neighbours(cursor: Cursor): { before?: string; after?: string } {
  if (cursor === null) return {};
  return cursor.side === 'older' ? { before: cursor.at } : { after: cursor.at };
}

/** Whether a text has the form of an id with this prefix. */
export function isIdOf(prefix: string): (at: string) => boolean {
  const pattern = new RegExp(`^${prefix}_[0-9a-z_-]{1,64}$`);
  return (at) => pattern.test(at);
}

/**
 * A page of a list in memory, in descending order of `placeOf` (texts); `isPlace` validates the position of a cursor.
 * `order` 'ascending': from the smallest place.
 */
export function pageOfAll<T>(
  items: Iterable<T>,
  query: { cursor?: string | undefined; limit: number },
  { placeOf, isPlace, order = 'descending' }: PlacesOf<NoInfer<T>>,
): Page<T> {
  const { limit } = query;
  const cursor = readCursor(query.cursor, isPlace);
  const isAfter = (a: string, b: string) => (order === 'descending' ? a < b : a > b);
  const sorted = Array.from(items).sort((a, b) => (isAfter(placeOf(a), placeOf(b)) ? 1 : -1));
  const side = sorted.filter((item) => {
    if (cursor === null) return true;
    const place = placeOf(item);
    return cursor.side === 'older' ? isAfter(place, cursor.at) : isAfter(cursor.at, place);
  });
  const cut = cursor?.side === 'newer' ? side.slice(-limit - 1) : side.slice(0, limit + 1);
  return pageOfCut(cut, { cursor, limit, placeOf });
}

type PlacesOf<T> = {
  placeOf(item: T): string;
  isPlace(at: string): boolean;
  order?: 'descending' | 'ascending';
};

/** Lists sorted by id, with this prefix. */
export function byId(prefix: string): { placeOf(item: { id: string }): string; isPlace(at: string): boolean } {
  return { placeOf: ({ id }) => id, isPlace: isIdOf(prefix) };
}

/**
 * A page of `limit` + 1 items next to the cursor, newest first: the extra item shows that the list continues on that
 * side. A page ends early at `pageBytesMax`.
 */
export function pageOfCut<T>(
  cut: readonly T[],
  { cursor, limit, placeOf }: { cursor: Cursor; limit: number; placeOf(item: NoInfer<T>): string },
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
      next: hasOlder && last !== undefined ? writeCursor('older', placeOf(last)) : null,
      prev: hasNewer && first !== undefined ? writeCursor('newer', placeOf(first)) : null,
    },
  };
}

/**
 * A page of the results of a bounded search on one side of the cursor, newest first. `search` reads the next part of the
 * list from a position: `found`, newest first, and where it stopped, null at the end of the list. It returns null when
 * it must read no more; the page is then short or empty and still has a next one.
 */
export async function pageOfSearch<T>(
  of: { cursor: Cursor; limit: number; placeOf(item: NoInfer<T>): string },
  search: (from: Cursor, missing: number) => Promise<{ found: readonly T[]; reached: string | null } | null>,
): Promise<Page<T>> {
  const { cursor, limit } = of;
  const side = cursor?.side ?? 'older';
  let found: T[] = [];
  let from = cursor;
  let reached: string | null = null;
  while (found.length <= limit) {
    const part = await search(from, limit + 1 - found.length);
    if (part === null) break;
    found = side === 'newer' ? [...part.found, ...found] : [...found, ...part.found];
    reached = part.reached;
    if (reached === null) break;
    from = { side, at: reached };
  }
  const { data, page } = pageOfCut(side === 'newer' ? found.slice(-limit - 1) : found.slice(0, limit + 1), of);
  if (reached === null || found.length > data.length) return { data, page };
  return { data, page: { ...page, [side === 'newer' ? 'prev' : 'next']: writeCursor(side, reached) } };
}

/** The number of items, from the start, that fit into a page. */
function countWithin(items: readonly unknown[], limit: number): number {
  let bytes = 0;
  for (const [at, item] of items.entries()) {
    if (at === limit) return at;
    bytes += valueBytes(item);
    if (bytes > pageBytesMax && at > 0) return at;
  }
  return items.length;
}

function writeCursor(side: 'older' | 'newer', at: string): string {
  return Buffer.from(`${side === 'older' ? '<' : '>'}${at}`, 'utf8').toString('base64url');
}
