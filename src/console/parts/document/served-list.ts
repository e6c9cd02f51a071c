import type { ListState } from '../list/list-search.ts';

/** What the server sorts lists of documents by, by the columns that show it. */
const sorts = { name: 'name', status: 'status', state: 'status', modified: 'updatedAt' } as const;

type Sort = (typeof sorts)[keyof typeof sorts];

/** The columns that the server sorts a list of documents by. */
export const servedSorts: readonly string[] = Object.keys(sorts);

/** The page of a list of documents that an address asks for, by name unless it says otherwise, with the count of all. */
export function servedQuery({ filter, cursor, sort = 'name' }: ListState) {
  const by = (sorts as Partial<Record<string, Sort>>)[sort.replace(/^-/, '')] ?? 'name'; // any text of an address
  const sign = sort.startsWith('-') ? '-' : '';
  return { q: filter, cursor, sort: `${sign}${by}` as Sort | `-${Sort}`, count: 'true' as const };
}
