import type { Replay, ReplayInput } from '../../contract/records/replay.ts';
import { leftOutReason } from '../../contract/records/replay.ts';
import type { ReplayOutcome, StoredReplay } from '../../journal/journal.ts';

/** A replay as the API shows it. `outcome`: of its deliveries now; those on hold are held. */
export function shownReplay(stored: StoredReplay, outcome: ReplayOutcome): Replay {
  const { input, leftOut, planLeftOut } = stored;
  const isEnd = stored.state === 'cancelled' || stored.isRead;
  const left = leftOutReason.options.flatMap((reason) => {
    // Until all is read, the rest is expected to be as in the plan.
    const count = Math.max(leftOut[reason] ?? 0, isEnd ? 0 : (planLeftOut[reason] ?? 0));
    return count === 0 ? [] : { reason, count };
  });
  const skipped = left.reduce((sum, { count }) => sum + count, 0);
  const found = stored.made + skipped;
  const total = isEnd ? found : Math.max(stored.total, found);
  return {
    id: stored.id,
    name: input.name ?? nameOf(input),
    reason: input.reason,
    state: stored.state,
    of: input.of,
    filter: input.filter ?? null,
    ids: input.ids ?? null,
    only: input.only,
    to: input.to,
    body: input.of === 'deliveries' ? input.body : 'current',
    keepIdempotencyKey: input.of === 'deliveries' && input.keepIdempotencyKey,
    ratePerSecond: input.ratePerSecond,
    order: input.order,
    progress: {
      total,
      done: outcome.delivered,
      failed: outcome.failed,
      skipped: skipped + outcome.skipped,
      held: outcome.held,
      retrying: outcome.retrying,
      waiting: total - found + outcome.pending,
      cancelled: outcome.cancelled,
      leftOut: left,
    },
    startedBy: stored.startedBy,
    createdAt: new Date(stored.createdAt).toISOString(),
    finishedAt: stored.finishedAt === null ? null : new Date(stored.finishedAt).toISOString(),
  };
}

/** The name of a replay without a name. */
function nameOf({ of, ids, filter = {} }: ReplayInput): string {
  const [one, many] = of === 'events' ? ['event', 'events'] : ['delivery', 'deliveries'];
  if (ids !== undefined) return `${ids.length} ${ids.length === 1 ? one : many}`;
  const status = 'status' in filter && filter.status !== undefined ? `${filter.status} ` : '';
  return of === 'events' ? 'Events' : `All ${status}deliveries`;
}
