import { retryAfterMsMax } from '../../../connections/retry-after.ts';
import type { DueDelivery, Hold } from '../../../journal/journal.ts';
import type { Step } from '../../attempt/next-step.ts';

/**
 * The step of a probe that failed while the breaker stays open: the delivery stays due, so that the hold decides when it is
 * sent again, and uses up no step of its schedule. Else a longer outage would use up the schedule, whose long waits would
 * then delay a single delivery after the outage. After 24 h of such waits, and of those that a peer asked for, the schedule
 * continues.
 */
export function failedProbe(delivery: DueDelivery, step: Step, hold: Hold | undefined, now: number): Step {
  const { settlement, peerSignal } = step;
  const isCounted = settlement.attempts > delivery.attempts;
  const isOver = settlement.status !== 'retrying' && settlement.reason !== 'exhausted';
  if (hold?.reason !== 'breaker_open' || peerSignal === null || peerSignal === 'good' || !isCounted || isOver)
    return step;
  const waitedMs = settlement.waitedMs + Math.max(0, hold.probeAt - now);
  if (waitedMs > retryAfterMsMax) return step;
  const log = settlement.log.map((one, n, { length }) => (n === length - 1 ? { ...one, counted: false } : one));
  const { attempts, scheduleStep } = delivery;
  const staysDue = { status: 'retrying', reason: null, attempts, scheduleStep, waitedMs, dueAt: now, log } as const;
  return { ...step, settlement: { ...settlement, ...staysDue } };
}
