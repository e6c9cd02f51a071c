import type { ReplayState } from '../../contract/records/replay-limits.ts';
import { createRateLimiter, type Rate, type RateLimiter } from './rate-limiter.ts';

export type ReplayRates = ReturnType<typeof createReplayRates>;

/** The state of a replay, and its rate, which change. */
export type Pace = { state: ReplayState; rate: Rate | null; budget: RateLimiter };

/** Whether, and how fast, the deliveries of unfinished replays may be sent. */
export function createReplayRates() {
  const paces = new Map<string, Pace>();
  return {
    /**
     * When the next delivery of a replay may be sent; Infinity: it is paused or being cancelled. After its end, people's
     * retries are sent at once.
     */
    freeAt(replayId: string, now: number): number {
      const pace = paces.get(replayId);
      if (pace === undefined) return 0;
      return pace.state === 'running' ? pace.budget.freeAt(now, pace.rate) : Number.POSITIVE_INFINITY;
    },
    /** null: it is over. */
    paceOf: (replayId: string): Pace | null => paces.get(replayId) ?? null,
    set(replayId: string, { state, ratePerSecond }: { state: ReplayState; ratePerSecond: number | null }): void {
      const rate = ratePerSecond === null ? null : rateOf(ratePerSecond);
      const pace = paces.get(replayId);
      if (pace === undefined) paces.set(replayId, { state, rate, budget: createRateLimiter() });
      else Object.assign(pace, { state, rate });
    },
    forget: (replayId: string): void => void paces.delete(replayId),
  };
}

/** At most ten small portions per second, since timers are late by about a millisecond. */
function rateOf(perSecond: number): Rate {
  const limit = Math.max(1, Math.ceil(perSecond / 10));
  return { limit, perMs: Math.ceil((limit * 1_000) / perSecond) };
}
