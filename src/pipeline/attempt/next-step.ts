import type { RetryPolicy } from '../../contract/documents/connection.ts';
import type { Attempt, ErrorKind, Reason } from '../../contract/records/delivery.ts';
import type { Verdict } from '../../destinations/judge.ts';
import type { DueDelivery, Settlement } from '../../journal/journal.ts';
import { nextAttempt } from '../retry-schedule.ts';
import { type Quota, quotaOf } from './quota.ts';
import type { Attempted } from './work.ts';

/**
 * What an exchange says about its peer: it responded well, it responded with an error of its own, it took the connection
 * and did not respond, or there was no connection (name resolution, connect, TLS).
 */
export type PeerSignal = 'good' | 'bad' | 'silent' | 'unreachable';

/** The result of one attempt: its settlement, and its effects on limits and holds. */
export type Step = {
  settlement: Settlement;
  /** The number of requests that the peer may have received. */
  sent: number;
  /** The peer's own count of requests, from its response headers. */
  quota: Quota | null;
  /** A pause that the peer asked for. */
  wait: { scope: 'connection' | 'destination'; until: number } | null;
  /** For the concurrency limit: `overloaded` lowers it. */
  health: 'good' | 'overloaded' | 'neutral';
  /** The connection's credentials were refused, or accepted. */
  auth: { kind: 'rejected'; detail: string } | { kind: 'accepted' } | null;
  /** For the circuit breakers of connection and destination; null: says nothing about the peer. */
  peerSignal: PeerSignal | null;
  /** The destination is gone for good (410): pause it. */
  pausesDestination: boolean;
  /** Other deliveries shared the exchange, which is counted with one of them. */
  follows: boolean;
};

type Situation = { delivery: DueDelivery; policy: RetryPolicy; now: number; random: () => number };

/** A step that says nothing about the peer. */
export function stepOf(settlement: Settlement, sent = 0): Step {
  return {
    settlement,
    sent,
    quota: null,
    wait: null,
    health: 'neutral',
    auth: null,
    peerSignal: null,
    pausesDestination: false,
    follows: false,
  };
}

/** The delivery's next step after an attempt, and the effects on others. Pure. */
export function stepAfter(attempted: Attempted, situation: Situation): Step {
  switch (attempted.kind) {
    case 'nothing': {
      const { rendering } = attempted;
      return stepOf(
        rendering.kind === 'skipped'
          ? finish(situation, 'skipped', 'template_skipped', rendering.reason, null)
          : finish(situation, 'failed', 'template_error', withLine(rendering), 'template'),
      );
    }
    case 'unbuilt': {
      const { reason, detail, rendered } = attempted;
      const kind = reason === 'blocked' ? 'blocked' : 'template';
      return stepOf({ ...finish(situation, 'failed', reason, detail, kind), rendered });
    }
    case 'errored': {
      const { rendered, log, detail } = attempted;
      const settlement = again(situation, 'internal_error', detail);
      return stepOf({ ...settlement, ...(rendered !== null && { rendered }), log }, sentIn(log.slice(0, -1)));
    }
    case 'unauthorized': {
      const { rendered, log, detail, refusal } = attempted;
      const earlier = log.slice(0, -1);
      const isTemporary = refusal === 'temporary';
      const settlement = isTemporary ? again(situation, 'auth', detail) : stay(situation, detail);
      // The pause of the connection delays the delivery. Only a test logs it as an attempt.
      const isLogged = refusal !== 'waiting' || situation.delivery.test;
      const step = stepOf({ ...settlement, rendered, log: isLogged ? log : earlier }, sentIn(earlier));
      if (refusal === 'rejected') step.auth = { kind: 'rejected', detail };
      return step;
    }
    case 'judged': {
      const { rendered, log, verdict } = attempted;
      const step = judged(verdict, situation, log);
      step.settlement.rendered = rendered;
      step.settlement.log = log;
      step.sent = sentIn(log);
      const response = log.at(-1)?.response;
      if (response != null) step.quota = quotaOf(response.headers, situation.now);
      return step;
    }
  }
}

/** The exchanges in a log whose request the peer may have received: see Egress.send. */
function sentIn(log: readonly Attempt[]): number {
  let sent = 0;
  for (const { error } of log) if (error === null || !unsentKinds.has(error.kind)) sent += 1;
  return sent;
}

const unsentKinds: ReadonlySet<ErrorKind> = new Set(['blocked', 'dns', 'connect']);

/** A test is sent once: any next step of an ordinary delivery finishes a test now. */
export function finishTest(step: Step): Settlement {
  const { settlement } = step;
  if (settlement.status === 'delivered' || settlement.status === 'failed' || settlement.status === 'skipped')
    return settlement;
  // A test has no schedule that could be exhausted.
  const own = settlement.reason === 'exhausted' ? null : settlement.reason;
  const reason: Reason = step.auth?.kind === 'rejected' ? 'auth_rejected' : (own ?? reasonOf(settlement.errorKind));
  return { ...settlement, status: 'failed', reason, dueAt: null };
}

const accepted = { kind: 'accepted' } as const;

function judged(verdict: Verdict, situation: Situation, log: Attempt[]): Step {
  switch (verdict.kind) {
    case 'delivered':
      return responded(finish(situation, 'delivered', null, verdict.warning, null));
    case 'split':
      return responded(stay(situation, verdict.detail, 'http_4xx'));
    case 'failed': {
      const { reason, detail, errorKind, pausesDestination } = verdict;
      const settlement = finish(situation, 'failed', reason, detail, errorKind);
      if (errorKind === 'blocked') return stepOf(settlement); // nothing was sent
      return { ...responded(settlement), pausesDestination };
    }
    case 'held': {
      const step = stepOf(finish(situation, 'held', verdict.reason, verdict.detail, verdict.errorKind));
      step.health = 'overloaded';
      step.peerSignal = log.at(-1)?.response == null ? 'silent' : 'bad';
      return step;
    }
    case 'auth_refused': {
      const step = stepOf(stay(situation, verdict.detail));
      step.auth = { kind: 'rejected', detail: verdict.detail };
      return step;
    }
    case 'retry': {
      const { waitScope, retryAfterMs } = verdict;
      const { errorKind, detail, counted } = verdict;
      const step = stepOf(counted ? again(situation, errorKind, detail, retryAfterMs) : wait(situation, verdict));
      step.health = 'overloaded';
      step.peerSignal = peerSignalOf(verdict, log);
      step.pausesDestination = verdict.pausesDestination;
      if (waitScope !== null && retryAfterMs !== null)
        step.wait = { scope: waitScope, until: situation.now + retryAfterMs };
      return step;
    }
  }
}

/** The peer works and accepts the credentials. */
function responded(settlement: Settlement): Step {
  const step = stepOf(settlement);
  step.health = 'good';
  step.auth = accepted;
  step.peerSignal = 'good';
  return step;
}

/** A wait or pause that the peer asks for does not count as its failure. */
function peerSignalOf({ errorKind, counted, pausesDestination }: Extract<Verdict, { kind: 'retry' }>, log: Attempt[]) {
  if (!counted || pausesDestination || errorKind === 'http_429') return null;
  if (log.at(-1)?.response != null) return 'bad';
  return unconnectedKinds.has(errorKind) ? 'unreachable' : 'silent';
}

/** The kinds of error before a connection to the peer exists. */
const unconnectedKinds: ReadonlySet<ErrorKind> = new Set(['dns', 'connect', 'tls']);

/** A settlement whose counters are those of the delivery; the callers change what they count. */
function settlementOf(
  { id, attempts, scheduleStep, waitedMs }: DueDelivery,
  status: Settlement['status'],
  reason: Reason | null,
  detail: string | null,
  errorKind: ErrorKind | null,
  dueAt: number | null,
): Settlement {
  return {
    deliveryId: id,
    status,
    reason,
    detail,
    errorKind,
    attempts,
    scheduleStep,
    waitedMs,
    dueAt,
    log: [],
  };
}

function finish(
  { delivery }: Situation,
  status: 'delivered' | 'failed' | 'skipped' | 'held',
  reason: Reason | null,
  detail: string | null,
  errorKind: ErrorKind | null,
): Settlement {
  const settlement = settlementOf(delivery, status, reason, detail, errorKind, null);
  if (errorKind !== 'template' && status !== 'skipped') settlement.attempts += 1;
  return settlement;
}

/** The delivery stays due: after refused credentials, the hold of its connection keeps it. */
function stay({ delivery, now }: Situation, detail: string, errorKind: ErrorKind = 'auth'): Settlement {
  const status = delivery.attempts > 0 ? 'retrying' : 'pending';
  return settlementOf(delivery, status, null, detail, errorKind, delivery.dueAt ?? now);
}

/**
 * A wait that the peer asked for uses up no step of the schedule. The delivery stays due: the pause of its connection or
 * destination keeps it, also when that ends early.
 */
function wait({ delivery, now }: Situation, verdict: Extract<Verdict, { kind: 'retry' }>): Settlement {
  const settlement = settlementOf(delivery, 'retrying', null, verdict.detail, verdict.errorKind, now);
  settlement.waitedMs += verdict.retryAfterMs ?? 0;
  return settlement;
}

/** The next step of the schedule: at its time, or after exactly `retryAfterMs`. */
function again(
  { delivery, policy, now, random }: Situation,
  errorKind: ErrorKind,
  detail: string,
  retryAfterMs: number | null = null,
): Settlement {
  const next = nextAttempt({ policy, step: delivery.scheduleStep + 1, now, random });
  const dueAt = retryAfterMs === null ? next : now + retryAfterMs;
  const settlement =
    next === null
      ? settlementOf(delivery, 'held', 'exhausted', detail, errorKind, null)
      : settlementOf(delivery, 'retrying', null, detail, errorKind, dueAt);
  settlement.attempts += 1;
  settlement.scheduleStep += 1;
  return settlement;
}

function withLine({ reason, line, column }: { reason: string; line: number | null; column: number | null }): string {
  if (line === null) return reason;
  return column === null ? `Line ${line}: ${reason}` : `Line ${line}, column ${column}: ${reason}`;
}

function reasonOf(kind: ErrorKind | null): Reason {
  if (kind === 'http_429') return 'http_4xx';
  if (kind === 'http_3xx' || kind === 'http_4xx' || kind === 'http_5xx' || kind === 'protocol') return kind;
  // `auth`: the token endpoint was not reached, or asked to come back later.
  return kind === 'internal_error' ? kind : 'unreachable';
}
