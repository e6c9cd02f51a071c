import type { Principal } from '../../identity/principal.ts';

/** Whose share of something a caller uses: a user's with all sessions and tokens, or that of another token. */
export const ownerOf = ({ id, userId }: Pick<Principal, 'id' | 'userId'>): string => userId ?? id;

/**
 * Which of all, oldest first, has to make room for another one of `owner` when there is no more room: the oldest of the
 * owner with the most, which then has at least as many as `owner`; otherwise null.
 */
export function overShare<T extends { readonly owner: string }>(all: Iterable<T>, owner: string): T | null {
  const byOwner = Map.groupBy(all, (one) => one.owner);
  const [most = []] = [...byOwner.values()].sort((a, b) => b.length - a.length);
  return most.length - 1 > (byOwner.get(owner)?.length ?? 0) ? (most[0] ?? null) : null;
}
