import type { NewId } from '../../contract/ids.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import type { DueDelivery } from '../../journal/journal.ts';
import { abandoned } from './attempt-delivery.ts';
import { isCounted, outcomeOf, wordsOf } from './attempt-log.ts';
import type { Step } from './next-step.ts';
import type { Attempted } from './work.ts';

/** The outcome of a batch. */
export type BatchStep = {
  /** What the exchange says about the peer; null: nothing was sent. Its log has each exchange once. */
  shared: Step | null;
  settled: Settled[];
};

/** `part`: the delivery is sent again at once, together with those of the same number. */
export type Settled = { delivery: DueDelivery; step: Step; part: number | null };

/** The attempt of a batch from the view of one delivery: its own verdict, and the exchanges under its own numbers. */
export function attemptOf(attempted: Attempted, delivery: DueDelivery, at: number, newId: NewId): Attempted {
  if (attempted.kind === 'nothing') return attempted;
  const verdict = attempted.kind === 'judged' ? (attempted.each?.[at] ?? attempted.verdict) : null;
  const last = attempted.log.length - 1;
  const log = attempted.log.map((attempt, index): Attempt => {
    const own = verdict !== null && index === last && verdict !== (attempted.kind === 'judged' && attempted.verdict);
    return {
      ...attempt,
      ...(own && { counted: isCounted(verdict), outcome: outcomeOf(verdict), error: wordsOf(verdict) }),
      id: at === 0 ? attempt.id : newId('attempt'),
      number: delivery.number + index + 1,
    };
  });
  return attempted.kind === 'judged' && verdict !== null ? { ...attempted, verdict, log } : { ...attempted, log };
}

/**
 * The parts in which deliveries of a split batch are sent again; null: not again. Without the records that items
 * decided, the rest is a new batch.
 */
export function partsOf(members: readonly DueDelivery[], attempted: Attempted): (number | null)[] {
  if (attempted.kind !== 'judged') return [];
  const isAgain = members.map((_, at) => (attempted.each?.[at] ?? attempted.verdict).kind === 'split');
  const isWhole = isAgain.every(Boolean);
  const middle = Math.ceil(members.length / 2);
  return isAgain.map((again, at) => (again ? (isWhole && at >= middle ? 1 : 0) : null));
}

/** The step of the whole exchange, whatever the verdict on each record: for the peer it counts once. */
export function stepOfExchange(steps: readonly Step[]): Step | null {
  const [first, ...others] = steps;
  if (first === undefined) return null;
  let all = first;
  for (const step of others) {
    const wait = all.wait === null || (step.wait !== null && step.wait.until > all.wait.until) ? step.wait : all.wait;
    all = {
      ...all,
      wait,
      pausesDestination: all.pausesDestination || step.pausesDestination,
      auth: all.auth ?? step.auth,
      peerSignal: all.peerSignal === 'good' ? 'good' : (step.peerSignal ?? all.peerSignal),
      health: wait !== null ? 'overloaded' : all.health === 'good' ? 'good' : step.health,
    };
  }
  return all;
}

export function abandonAll(members: readonly DueDelivery[], detail: string): BatchStep {
  return withoutExchange(members, (delivery) => abandoned(delivery, detail));
}

export function withoutExchange(members: readonly DueDelivery[], stepOf: (delivery: DueDelivery) => Step): BatchStep {
  return { shared: null, settled: members.map((delivery) => ({ delivery, step: stepOf(delivery), part: null })) };
}
