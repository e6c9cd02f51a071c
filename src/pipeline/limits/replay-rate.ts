import type { ReplayState } from '../../contract/records/replay-limits.ts';
import { createRateLimiter, type Rate, type RateLimiter } from './rate-limiter.ts';

/** Whether, and how fast, the deliveries of unfinished replays may be sent. */
export type ReplayRates = {
  /**
   * When the next delivery of a replay may be sent; Infinity: it is paused or being cancelled. After its end, people's
   * retries are sent at once.
   */
  freeAt(replayId: string, now: number): number;
  spend(replayId: string, now: number): void;
  /** Takes back the `spend` at `spentAt`, whose request was not sent. */
  refund(replayId: string, spentAt: number): void;
  set(replayId: string, pace: { state: ReplayState; ratePerSecond: number | null }): void;
  forget(replayId: string): void;
};

type Pace = { state: ReplayState; rate: Rate | null; budget: RateLimiter };

export function createReplayRates(): ReplayRates {
  const replayRates = new Map<string, Pace>();
  return {
    freeAt(replayId, now) {
      const pace = replayRates.get(replayId);
      if (pace === undefined) return 0;
      return pace.state === 'running' ? pace.budget.freeAt(now, pace.rate) : Number.POSITIVE_INFINITY;
    },
    spend(replayId, now) {
      const pace = replayRates.get(replayId);
      pace?.budget.spend(now, pace.rate);
    },
    refund(replayId, spentAt) {
      const pace = replayRates.get(replayId);
      pace?.budget.refund(spentAt, pace.rate);
    },
    set(replayId, { state, ratePerSecond }) {
      const budget = replayRates.get(replayId)?.budget ?? createRateLimiter();
      replayRates.set(replayId, { state, rate: ratePerSecond === null ? null : rateOf(ratePerSecond), budget });
    },
    forget: (replayId) => void replayRates.delete(replayId),
  };
}

/** At most ten small portions per second, since timers are late by about a millisecond. */
function rateOf(perSecond: number): Rate {
  const limit = Math.max(1, Math.ceil(perSecond / 10));
  return { limit, perMs: Math.ceil((limit * 1_000) / perSecond) };
}
