import type { ReplayState } from '../../contract/records/replay-limits.ts';
import { createRateLimiter, type Rate, type RateLimiter } from './rate-limiter.ts';

export type ReplayRates = ReturnType<typeof createReplayRates>;

/** The state of a replay, and its rate at this node, which change. */
export type Pace = { state: ReplayState; rate: Rate | null; budget: RateLimiter };

/** `perSecond`: of all nodes. `part`: that of this node, until a time. `ratePart`: that of `rate`. */
type SharedPace = Pace & { perSecond: number | null; part: number; until: number; ratePart: number };

/** When a node without a part of a rate looks again, at the latest. */
const againMs = 1_000;

/**
 * Whether, and how fast, the deliveries of unfinished replays may be sent. `isAlone`: whether all of them are sent by this
 * node; left out: always.
 */
export function createReplayRates(isAlone: () => boolean = () => true) {
  const paces = new Map<string, SharedPace>();
  return {
    /**
     * When the next delivery of a replay may be sent; Infinity: it is paused or being cancelled. After its end, people's
     * retries are sent at once.
     */
    freeAt(replayId: string, now: number): number {
      const pace = paces.get(replayId);
      if (pace === undefined) return 0;
      if (pace.state !== 'running') return Number.POSITIVE_INFINITY;
      const part = isAlone() ? 1 : now < pace.until ? pace.part : 0;
      if (part === 0 && pace.perSecond !== null) return now + againMs;
      if (part !== pace.ratePart && pace.perSecond !== null)
        Object.assign(pace, { rate: rateOf(pace.perSecond * part), ratePart: part });
      return pace.budget.freeAt(now, pace.rate);
    },
    /** Whether the next process would know of one more request (`RateLimiter.isKept`). */
    isKept(replayId: string): boolean {
      const pace = paces.get(replayId);
      return pace === undefined || pace.budget.isKept(pace.rate);
    },
    /** null: it is over. */
    paceOf: (replayId: string): Pace | null => paces.get(replayId) ?? null,
    set(replayId: string, { state, ratePerSecond }: { state: ReplayState; ratePerSecond: number | null }): void {
      const rate = ratePerSecond === null ? null : rateOf(ratePerSecond);
      const pace = paces.get(replayId) ?? { budget: createRateLimiter(), part: 0, until: 0 };
      paces.set(replayId, Object.assign(pace, { state, rate, ratePart: 1, perSecond: ratePerSecond }));
    },
    /** The part of a replay's rate that this node has until a time. Returns whether it is another one. */
    share(replayId: string, part: number, until: number): boolean {
      const pace = paces.get(replayId);
      const isOther = pace !== undefined && pace.part !== part;
      if (pace !== undefined) Object.assign(pace, { part, until });
      return isOther;
    },
    forget: (replayId: string): void => void paces.delete(replayId),
  };
}

/** At most ten small portions per second, since timers are late by about a millisecond. */
export function rateOf(perSecond: number): Rate {
  const limit = Math.max(1, Math.ceil(perSecond / 10));
  return { limit, perMs: Math.ceil((limit * 1_000) / perSecond) };
}
