import type { Clock } from '../../async/clock.ts';
import type { RetryPolicy } from '../../contract/documents/connection.ts';
import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { NewId } from '../../contract/ids.ts';
import type { Attempt } from '../../contract/records/delivery.ts';
import { uncertain, type Verdict } from '../../destinations/judge.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import type { Telemetry } from '../../telemetry/telemetry.ts';
import { withoutContent } from './attempt-log.ts';
import { type Step, stepAfter } from './next-step.ts';

/*
 * The policy for errors of Millrace during an attempt: its code has a bug, or something that it needs can't be read. The
 * error kind is `internal_error`. No such error leaves this folder, since a caller could only try again at once.
 *
 * - Before the egress got the request (versions, render, build, authentication, signature): the attempt counts and is
 *   logged without request and response. The next one follows the retry schedule; when the schedule is used up, the
 *   delivery is held as `exhausted`, as after any other failure. The error says nothing about the peer.
 * - After that, before the verdict (the egress itself, outcome rules, Retry-After): the same, but the peer may have acted
 *   on the request, so that with `onTimeout: hold` the delivery is held. The attempt is logged with the status of the
 *   response, if there was one, and counts for the concurrency limit and the circuit breaker like any failed request, so
 *   that a peer is not flooded with repeated requests.
 * - After the verdict (writing or redacting the log): the verdict applies, so that a delivered delivery is not sent again.
 *   The attempt is logged without the content of request and response, which may contain data that must not be stored.
 * - A batch that fails before it is sent is halved until the records that cause the error are alone, and count an attempt
 *   each. The others are sent in the remaining batches. After it was sent, the error applies to all its deliveries.
 *
 * `Withheld` is no error: the node may not send for the partition any more, and nothing is recorded.
 *
 * The server's log has each error for the operator. The attempt has only its class, since its message may contain secrets
 * or data of an event.
 */

export type Moment = 'before the request was sent' | 'after the request was sent';

/** The step of a delivery whose attempt failed with an error and left no other trace. */
export function erroredStep(
  error: unknown,
  when: Moment,
  given: {
    delivery: DueDelivery;
    policy: RetryPolicy;
    startedAt: number;
    connectionVersion: number;
    settings: Pick<DestinationBody['settings'], 'onTimeout'>;
    clock: Clock;
    newId: NewId;
    random(): number;
  },
): Step {
  const { delivery, policy, startedAt, clock, random } = given;
  const { actionVersion, destinationVersion, dueAt } = delivery;
  const detail = detailOf(error, when);
  const note = {
    id: given.newId('attempt'),
    number: delivery.number + 1,
    batchId: null,
    records: 1,
    queuedMs: Math.max(0, startedAt - (dueAt ?? startedAt)),
    startedAt,
    versions: { action: actionVersion, destination: destinationVersion, connection: given.connectionVersion },
  };
  const log = [withoutContent(note, null, clock.now(), endOf(detail))];
  const step = stepAfter(
    { kind: 'errored', rendered: null, detail, log },
    { delivery, policy, now: clock.now(), random },
  );
  if (when === 'before the request was sent') return step;
  step.sent = 1;
  if (given.settings.onTimeout === 'hold')
    Object.assign(step.settlement, { status: 'held', reason: 'unknown_outcome', dueAt: null });
  return step;
}

/** The outcome of an attempt that an error ended, for the log. */
export function endOf(detail: string) {
  return { counted: true, outcome: 'retry', error: { kind: 'internal_error', message: detail } } as const;
}

/** The text of an attempt about an error. */
export function detailOf(error: unknown, when: Moment): string {
  const name = error instanceof Error ? error.constructor.name : typeof error;
  return `Millrace failed with an internal error (${name}) ${when}. The server's log has the details.`;
}

/** The verdict on an exchange that could not be judged. */
export function unjudged(detail: string, settings: Pick<DestinationBody['settings'], 'onTimeout'>): Verdict {
  return uncertain('internal_error', detail, settings);
}

/** Applies `redact` to settlements. A settlement that can't be redacted loses all content. */
export function redactedOrEmptied(
  redact: (settlement: Settlement) => Settlement,
  telemetry: Pick<Telemetry, 'failedOften'>,
): (settlement: Settlement) => Settlement {
  return (settlement) => {
    try {
      return redact(settlement);
    } catch (error) {
      telemetry.failedOften(error, 'redact an exchange');
      return emptied(settlement, 'The exchange could not be redacted, so its content was not stored.');
    }
  };
}

/** A settlement without any content: no body, no text, and attempts with `why` as their error. */
export function emptied({ rendered: _, ...settlement }: Settlement, why: string): Settlement {
  const log = settlement.log.map(
    (attempt): Attempt => ({
      ...attempt,
      request: null,
      response: attempt.response && { status: attempt.response.status, headers: [], body: null, truncated: true },
      error: { kind: attempt.error?.kind ?? 'internal_error', message: why },
    }),
  );
  return { ...settlement, detail: null, log };
}
