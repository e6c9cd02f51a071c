import type { Delivery } from '../../../contract/delivery.ts';
import { deliveries as words } from '../../messages/en/deliveries.ts';
import { outcomes } from '../../messages/en/outcomes.ts';

const w = words.page;

/** Why a delivery stands where it stands and what happens next; `todo` is what a person can do, null: nothing. */
export type DeliverySummary = { sentence: string; next: string | null; nextAt: string | null; todo: string | null };

type Told = Pick<Delivery, 'status' | 'reason' | 'errorKind' | 'attempts' | 'nextAttemptAt'>;

/** The state of a delivery in words, for every status, reason and kind of error. */
export function deliverySummary({ status, reason, errorKind, attempts, nextAttemptAt }: Told): DeliverySummary {
  const cause = reason !== null ? outcomes.reason[reason] : errorKind !== null ? outcomes.errorKind[errorKind] : null;
  const todo = cause === null || cause.todo === '' ? null : cause.todo;
  const { meaning, next } = outcomes.status[status];
  const plain: DeliverySummary = { sentence: meaning, next, nextAt: null, todo: null };
  const why = cause?.why;
  switch (status) {
    case 'delivered':
      return { ...plain, sentence: `${w.deliveredAt(attempts)}.`, next: null };
    case 'held':
      return { ...plain, sentence: why === undefined ? meaning : w.since(why), todo };
    case 'failed':
      return { ...plain, sentence: why === undefined ? meaning : w.failedBecause(why), todo };
    case 'skipped':
      return { ...plain, sentence: why === undefined ? meaning : w.skippedBecause(why), next: null, todo };
    case 'cancelled':
      return { ...plain, sentence: why === undefined ? meaning : w.cancelledBecause(why), next: null, todo };
    case 'retrying':
      return {
        sentence: why === undefined ? meaning : w.retryingBecause(why),
        next: nextAttemptAt === null ? next : w.nextIn,
        nextAt: nextAttemptAt,
        todo,
      };
    case 'pending':
      return { ...plain, sentence: errorKind === 'auth' ? w.authWaits : w.pending, next: null };
    case 'sending':
      return { ...plain, sentence: w.sending };
  }
}
