import { type Quota, quotaOf } from '../../connections/quota.ts';
import type { RetryPolicy } from '../../contract/documents/connection.ts';
import type { Attempt, ErrorKind, Reason } from '../../contract/records/delivery.ts';
import type { Verdict } from '../../destinations/judge.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import { nextAttempt } from '../limits/backoff.ts';
import type { Sign } from '../limits/circuit-breaker.ts';
import type { Attempted } from './work.ts';

/** The result of one attempt: its settlement, and its effects on limits and holds. */
export type Step = {
  settlement: Settlement;
  /** The peer's own count of requests, from its response headers. */
  quota: Quota | null;
  /** A pause that the peer asked for. */
  wait: { scope: 'connection' | 'destination'; until: number } | null;
  /** For the concurrency limit: `overloaded` lowers it. */
  health: 'good' | 'overloaded' | 'neutral';
  /** The connection's credentials were refused, or accepted. */
  auth: { kind: 'rejected'; detail: string } | { kind: 'accepted' } | null;
  /** For the circuit breaker of the connection; null: says nothing about the peer. */
  sign: Sign | null;
  /** The destination is gone for good (410): pause it. */
  pauses: boolean;
  /** Other deliveries shared the exchange, which is counted with one of them. */
  follows: boolean;
};

type Situation = { delivery: DueDelivery; policy: RetryPolicy; now: number; random: () => number };

const calm = {
  quota: null,
  wait: null,
  health: 'neutral',
  auth: null,
  sign: null,
  pauses: false,
  follows: false,
} as const;

/** The delivery's next step after an attempt, and the effects on others. Pure. */
export function stepAfter(attempted: Attempted, situation: Situation): Step {
  switch (attempted.kind) {
    case 'nothing': {
      const { rendering } = attempted;
      if (rendering.kind === 'skipped')
        return { ...calm, settlement: finish(situation, 'skipped', 'template_skipped', rendering.reason, null) };
      const detail = withPlace(rendering);
      return { ...calm, settlement: finish(situation, 'failed', 'template_error', detail, 'template') };
    }
    case 'unbuilt': {
      const kind = attempted.reason === 'blocked' ? 'blocked' : 'template';
      const settlement = finish(situation, 'failed', attempted.reason, attempted.detail, kind);
      return { ...calm, settlement: { ...settlement, rendered: attempted.rendered } };
    }
    case 'errored': {
      const { rendered, log, detail } = attempted;
      const settlement = again(situation, {
        errorKind: 'internal_error',
        detail,
        counted: true,
        retryAfterMs: null,
        atLeastMs: null,
      });
      return { ...calm, settlement: { ...settlement, ...(rendered !== null && { rendered }), log } };
    }
    case 'unauthorized': {
      const { rendered, log, detail, refusal, retryAfterMs } = attempted;
      // The pause of the connection delays the delivery. Only a test logs it as an attempt.
      if (refusal === 'waiting')
        return {
          ...calm,
          settlement: { ...stay(situation, detail), rendered, log: situation.delivery.test ? log : log.slice(0, -1) },
        };
      const isRejected = refusal === 'rejected';
      const settlement = isRejected
        ? stay(situation, detail)
        : again(situation, { errorKind: 'auth', detail, counted: true, retryAfterMs: null, atLeastMs: retryAfterMs });
      return {
        ...calm,
        auth: isRejected ? { kind: 'rejected', detail } : null,
        settlement: { ...settlement, rendered, log },
      };
    }
    case 'judged': {
      const { rendered, log, verdict } = attempted;
      const step = judged(verdict, situation, log);
      const answer = log.at(-1)?.response;
      const quota = answer == null ? null : quotaOf(answer.headers, situation.now);
      return { ...step, quota, settlement: { ...step.settlement, rendered, log } };
    }
  }
}

/** A test is sent once: any next step of an ordinary delivery finishes a test now. */
export function finishTest(step: Step): Settlement {
  const { settlement } = step;
  if (settlement.status === 'delivered' || settlement.status === 'failed' || settlement.status === 'skipped')
    return settlement;
  const reason: Reason =
    step.auth?.kind === 'rejected' ? 'auth_rejected' : (settlement.reason ?? reasonOf(settlement.errorKind));
  return { ...settlement, status: 'failed', reason, dueAt: null };
}

function judged(verdict: Verdict, situation: Situation, log: Attempt[]): Step {
  const { now } = situation;
  const accepted = { kind: 'accepted' } as const;
  switch (verdict.kind) {
    case 'delivered':
      return {
        ...calm,
        health: 'good',
        auth: accepted,
        sign: 'good',
        settlement: finish(situation, 'delivered', null, verdict.warning, null),
      };
    case 'failed':
      return {
        ...calm,
        health: 'good',
        auth: verdict.errorKind === 'blocked' ? null : accepted,
        sign: verdict.errorKind === 'blocked' ? null : 'good',
        pauses: verdict.pausesDestination,
        settlement: finish(situation, 'failed', verdict.reason, verdict.detail, verdict.errorKind),
      };
    case 'held':
      return {
        ...calm,
        health: 'overloaded',
        sign: 'unreachable',
        settlement: { ...finish(situation, 'held', verdict.reason, verdict.detail, verdict.errorKind) },
      };
    case 'split':
      return {
        ...calm,
        health: 'good',
        auth: accepted,
        sign: 'good',
        settlement: stay(situation, verdict.detail, 'http_4xx'),
      };
    case 'auth_refused':
      return {
        ...calm,
        auth: { kind: 'rejected', detail: verdict.detail },
        settlement: stay(situation, verdict.detail),
      };
    case 'retry':
      return {
        ...calm,
        health: 'overloaded',
        sign: signOf(verdict, log),
        pauses: verdict.pausesDestination,
        wait:
          verdict.waitScope === null || verdict.retryAfterMs === null
            ? null
            : { scope: verdict.waitScope, until: now + verdict.retryAfterMs },
        settlement: again(situation, { ...verdict, atLeastMs: null }),
      };
  }
}

/** A wait or pause that the peer asks for does not count as its failure. */
function signOf({ errorKind, counted, pausesDestination }: Extract<Verdict, { kind: 'retry' }>, log: Attempt[]) {
  if (!counted || pausesDestination || errorKind === 'http_429') return null;
  return log.at(-1)?.response == null ? 'unreachable' : 'bad';
}

function base({ delivery }: Situation) {
  const { id, attempts, scheduleStep, waitedMs } = delivery;
  return { deliveryId: id, attempts, scheduleStep, waitedMs, log: [] };
}

function finish(
  situation: Situation,
  status: 'delivered' | 'failed' | 'skipped' | 'held',
  reason: Reason | null,
  detail: string | null,
  errorKind: ErrorKind | null,
): Settlement {
  const spent = base(situation);
  const isExchange = errorKind !== 'template' && status !== 'skipped';
  return { ...spent, status, reason, detail, errorKind, dueAt: null, attempts: spent.attempts + (isExchange ? 1 : 0) };
}

/** The delivery stays due: after refused credentials, the hold of its connection keeps it. */
function stay(situation: Situation, detail: string, errorKind: ErrorKind = 'auth'): Settlement {
  const { delivery, now } = situation;
  return {
    ...base(situation),
    status: delivery.attempts > 0 ? 'retrying' : 'pending',
    reason: null,
    detail,
    errorKind,
    dueAt: delivery.dueAt ?? now,
  };
}

function again(
  situation: Situation,
  retry: {
    errorKind: ErrorKind;
    detail: string;
    counted: boolean;
    retryAfterMs: number | null;
    /** The earliest time of the schedule's next step, from now. */
    atLeastMs: number | null;
  },
): Settlement {
  const { delivery, policy, now, random } = situation;
  const { errorKind, detail } = retry;
  const spent = base(situation);
  if (!retry.counted) {
    const waitMs = retry.retryAfterMs ?? 0;
    const waitedMs = spent.waitedMs + waitMs;
    return { ...spent, status: 'retrying', reason: null, detail, errorKind, waitedMs, dueAt: now + waitMs };
  }
  const counted = { ...spent, attempts: spent.attempts + 1, scheduleStep: spent.scheduleStep + 1 };
  const next = nextAttempt({ policy, step: delivery.scheduleStep + 1, now, random });
  if (next === null) return { ...counted, status: 'held', reason: 'exhausted', detail, errorKind, dueAt: null };
  const dueAt = retry.retryAfterMs === null ? Math.max(next, now + (retry.atLeastMs ?? 0)) : now + retry.retryAfterMs;
  return { ...counted, status: 'retrying', reason: null, detail, errorKind, dueAt };
}

function withPlace({ reason, line, column }: { reason: string; line: number | null; column: number | null }): string {
  if (line === null) return reason;
  return column === null ? `Line ${line}: ${reason}` : `Line ${line}, column ${column}: ${reason}`;
}

function reasonOf(kind: ErrorKind | null): Reason {
  if (kind === 'http_429') return 'http_4xx';
  if (kind === 'http_3xx' || kind === 'http_4xx' || kind === 'http_5xx' || kind === 'protocol') return kind;
  if (kind === 'internal_error') return kind;
  return kind === 'auth' ? 'auth_rejected' : 'unreachable';
}
