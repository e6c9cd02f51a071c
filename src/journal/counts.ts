import type { CountByAction } from './deliveries.ts';

/** Adds up the counts of each action, in the order of the action ids; deliveries without an action come first. */
export function countByAction(counts: Iterable<CountByAction>): CountByAction[] {
  const sums = new Map<string | null, number>();
  for (const { actionId, count } of counts) sums.set(actionId, (sums.get(actionId) ?? 0) + count);
  return Array.from(sums, ([actionId, count]) => ({ actionId, count })).sort((a, b) =>
    (a.actionId ?? '') < (b.actionId ?? '') ? -1 : 1,
  );
}
