import type { RetryPolicy } from '../contract/documents/connection.ts';

/**
 * When the next attempt is due (ms since the epoch), or null when the schedule is used up. `step` counts the attempts
 * since the schedule started. Jitter only adds time, so that nothing is sent early. `random` returns 0 ≤ x < 1. Pure.
 */
export function nextAttempt(at: { policy: RetryPolicy; step: number; now: number; random(): number }): number | null {
  const { policy, step, now, random } = at;
  const waitMs = policy.scheduleMs[step];
  return waitMs === undefined ? null : now + Math.ceil(waitMs * (1 + policy.jitter * random()));
}
