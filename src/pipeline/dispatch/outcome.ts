import type { PeerSignal, Step } from '../attempt/next-step.ts';
import type { Quota } from '../attempt/quota.ts';

/** What the outcome of a request changes for its queue, its connection and its destination. */
export type Effect =
  /** The peer responded well: more requests at once, more room in memory. */
  | { kind: 'raise_concurrency' }
  /** `isAsked`: the peer asked to wait. */
  | { kind: 'lower_concurrency'; isAsked: boolean }
  /** The peer's own count of requests; one that is used up is a pause until its reset, also after a restart. */
  | { kind: 'learn_quota'; quota: Quota }
  /** The peer asked for a pause. */
  | { kind: 'begin_pause'; scope: 'connection' | 'destination'; until: number }
  /** Credentials were refused. */
  | { kind: 'hold_connection'; detail: string }
  /** The cause is gone, if the hold has this reason and began before the request. */
  | { kind: 'end_hold'; scope: 'connection' | 'destination'; reason: 'auth_rejected' | 'breaker_open' }
  /** For the circuit breakers that are closed; one that opens now sets its hold. */
  | { kind: 'count_signal'; signal: PeerSignal }
  /** The probe did not end the hold. */
  | { kind: 'postpone_probe' }
  /** The destination is gone (410). */
  | { kind: 'pause_destination' };

/** What a request was sent into. */
export type OutcomeState = {
  /** Responses hold the destination or its connection. */
  isHeld: boolean;
  /** The request was the probe of a hold. */
  isProbe: boolean;
  /** Most destinations of the connection fail, which are then the cause of its hold. */
  mostFail(): boolean;
};

const usual: readonly Effect[] = [{ kind: 'raise_concurrency' }, { kind: 'count_signal', signal: 'good' }];

/**
 * The effects of the usual outcome, a good response that asks for nothing, while nothing is held; null: it is another one.
 * The same list for each, since nearly all deliveries have it. Pure.
 */
export function usualEffects({
  health,
  quota,
  wait,
  auth,
  peerSignal,
  pausesDestination,
}: Step): readonly Effect[] | null {
  const isGood = health === 'good' && peerSignal === 'good' && auth?.kind !== 'rejected';
  return isGood && quota === null && wait === null && !pausesDestination ? usual : null;
}

/** The effects of an outcome, in the order in which they are applied. Pure. */
export function effectsOf(step: Step, state: OutcomeState): readonly Effect[] {
  const { health, quota, wait, auth, peerSignal, pausesDestination } = step;
  const effects: Effect[] = [];
  if (health === 'good') effects.push({ kind: 'raise_concurrency' });
  if (health === 'overloaded') effects.push({ kind: 'lower_concurrency', isAsked: peerSignal === null });
  if (quota !== null) effects.push({ kind: 'learn_quota', quota });
  if (wait !== null) effects.push({ kind: 'begin_pause', ...wait });
  if (auth?.kind === 'rejected') effects.push({ kind: 'hold_connection', detail: auth.detail });
  else effects.push(...effectsOnHolds(step, state));
  if (pausesDestination) effects.push({ kind: 'pause_destination' });
  return effects;
}

function* effectsOnHolds({ auth, peerSignal, settlement }: Step, state: OutcomeState): Generator<Effect> {
  if (state.isHeld) {
    if (auth?.kind === 'accepted') yield { kind: 'end_hold', scope: 'connection', reason: 'auth_rejected' };
    if (peerSignal === 'good') yield { kind: 'end_hold', scope: 'destination', reason: 'breaker_open' };
    // Any response shows that the connection works again, unless its destinations are the cause.
    if (peerSignal === 'good' || (peerSignal === 'bad' && !state.mostFail()))
      yield { kind: 'end_hold', scope: 'connection', reason: 'breaker_open' };
  }
  if (peerSignal !== null) yield { kind: 'count_signal', signal: peerSignal };
  // After a probe that was not sent, another delivery may be the probe at once.
  const isSent = settlement.log.length > 0 && !(settlement.errorKind === 'internal_error' && peerSignal === null);
  if (state.isProbe && isSent) yield { kind: 'postpone_probe' };
}
