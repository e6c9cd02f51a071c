import type { Page } from '../../contract/records/page.ts';
import { pageOfList, readCursor } from '../http/pagination.ts';

/** A page of users, roles or tokens, newest first. */
export function pageOfRecords<T extends { id: string; createdAt: number }, S>(
  records: readonly T[],
  query: { limit: number; cursor?: string | undefined },
  show: (record: T) => S,
): Page<S> {
  const cursor = readCursor(query.cursor, isPlace);
  // Items created in the same millisecond are ordered by id; the Administrator role is the oldest.
  const placeOf = ({ createdAt, id }: T) => `${String(createdAt).padStart(15, '0')} ${id}`;
  const sorted = records.toSorted((a, b) => (placeOf(a) < placeOf(b) ? 1 : -1));
  const { data, page } = pageOfList(sorted, { cursor, limit: query.limit, placeOf });
  return { data: data.map(show), page };
}

function isPlace(at: string): boolean {
  return /^\d{15} [a-z]{3}_[0-9a-z_]{1,64}$/.test(at);
}
