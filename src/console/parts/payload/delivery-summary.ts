import type { Delivery, Reason } from '../../../contract/records/delivery.ts';
import { outcomes, deliveries as words } from '../../messages/en.ts';

const w = words.page;

/** Why a delivery has its status and what happens next; `todo` is what a person can do, null: nothing. */
type DeliverySummary = { sentence: string; next: string | null; nextAt: string | null; todo: string | null };

type Told = Pick<Delivery, 'status' | 'reason' | 'errorKind' | 'attempts' | 'nextAttemptAt' | 'attemptLog'>;

/**
 * The state of a delivery in words, for every status, reason and kind of error. `hold`: why its next attempt waits for
 * longer than the retry schedule says.
 */
export function deliverySummary(delivery: Told, hold: Reason | null = null): DeliverySummary {
  const { status, reason, errorKind, attempts, nextAttemptAt, attemptLog } = delivery;
  const isNotModified = reason === 'http_3xx' && attemptLog?.at(-1)?.response?.status === 304;
  const known = reason !== null ? outcomes.reason[reason] : errorKind !== null ? outcomes.errorKind[errorKind] : null;
  const cause = isNotModified ? outcomes.notModified : known;
  const todo = (hold === null ? cause?.todo : outcomes.reason[hold].todo) || null;
  const { meaning, next } = outcomes.status[status];
  const plain: DeliverySummary = { sentence: meaning, next, nextAt: null, todo: null };
  const atNext =
    hold !== null
      ? { next: w.nextHeld(outcomes.reason[hold].why) }
      : nextAttemptAt === null
        ? {}
        : { next: w.nextIn, nextAt: nextAttemptAt };
  if (reason === 'order' || reason === 'budget')
    return { ...plain, ...atNext, sentence: w.waitsBecause(outcomes.reason[reason].why), todo };
  switch (status) {
    case 'delivered':
      return { ...plain, sentence: w.deliveredAt(attemptLog?.length ?? attempts), next: null };
    case 'pending':
      return { ...plain, sentence: errorKind === 'auth' ? w.authWaits : w.pending, next: null };
    case 'sending':
      return { ...plain, sentence: w.sending };
    default:
      return {
        ...plain,
        ...(status === 'retrying' ? atNext : {}),
        ...(status === 'skipped' || status === 'cancelled' ? { next: null } : {}),
        sentence: cause === null ? meaning : because[status](cause.why),
        todo,
      };
  }
}

const because = {
  held: w.since,
  failed: w.failedBecause,
  skipped: w.skippedBecause,
  cancelled: w.cancelledBecause,
  retrying: w.retryingBecause,
} as const;

const unfinished: ReadonlySet<Delivery['status']> = new Set(['pending', 'sending', 'retrying', 'held']);

/** Whether a delivery may still be sent by the dispatcher alone. */
export function isUnfinished({ status }: Pick<Delivery, 'status'>): boolean {
  return unfinished.has(status);
}

const renderReasons: ReadonlySet<Reason> = new Set(['http_4xx', 'template_error', 'template_skipped']);

/** Whether a delivery needs another body, so that the same request again would end the same. */
export function needsRender({ status, reason }: Pick<Delivery, 'status' | 'reason'>): boolean {
  return status !== 'delivered' && reason !== null && renderReasons.has(reason);
}

const connectionReasons: ReadonlySet<Reason> = new Set([
  'connection_disabled',
  'connection_paused',
  'auth_rejected',
  'credentials_missing',
  'budget',
  'expired',
  'protocol',
  'unreachable',
]);
const destinationReasons: ReadonlySet<Reason> = new Set([
  'destination_disabled',
  'destination_paused',
  'http_3xx',
  'http_4xx',
  'template_error',
  'template_skipped',
  'poison',
  'blocked',
]);

/** Where a person deals with a reason; null: nowhere, or outside of Millrace. */
export function placeOf(reason: Reason): 'connection' | 'destination' | null {
  if (connectionReasons.has(reason)) return 'connection';
  return destinationReasons.has(reason) ? 'destination' : null;
}
