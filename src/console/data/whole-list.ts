import type { Page } from '../../contract/records/page.ts';

/** A list that the API gives whole, as the only page of itself. */
export function wholeList<T>({ data }: { data: T[] }): Page<T> {
  return { data, page: { next: null, prev: null } };
}
