import type { Query, QueryClient } from '@tanstack/react-query';

/**
 * Asks again for what a change can have changed. A first answer that is still on its way is asked for again, too: it may have
 * been read before the change, and would be shown as if it were new. Resolves when what is shown is there.
 */
export async function refreshAfterChange(queries: QueryClient, isAffected: (one: Query) => boolean): Promise<void> {
  // A list that was empty would be shown so once more, until it has what was made.
  queries.removeQueries({ type: 'inactive', predicate: (one) => isEmptyList(one.state.data) && isAffected(one) });
  await queries.cancelQueries({ predicate: (one) => one.state.data === undefined && isAffected(one) });
  await queries.invalidateQueries({ predicate: isAffected });
}

/** A page of a list, or all of a kind. */
function isEmptyList(data: unknown): boolean {
  const items = typeof data === 'object' && data !== null && 'data' in data ? data.data : data;
  return Array.isArray(items) && items.length === 0;
}
