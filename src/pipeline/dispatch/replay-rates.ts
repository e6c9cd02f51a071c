import type { ReplayState } from '../../contract/records/replay-limits.ts';
import { createRateLimiter, type Rate, type RateLimiter } from './rate-limiter.ts';

export type ReplayRates = ReturnType<typeof createReplayRates>;

/** The state of a replay, and its rate at this node, which change. `state` null: it is not read yet. */
export type Pace = { state: ReplayState | null; rate: Rate | null; budget: RateLimiter };

/** `perSecond`: of all nodes. `part`: that of this node, until a time. `ratePart`: that of `rate`. */
type SharedPace = Pace & { perSecond: number | null; part: number; until: number; ratePart: number };

/** With other nodes: whether this one sends all deliveries, and whether a replay is over, as stored. */
type Shared = {
  ownsAll(): boolean;
  isOver(replayId: string): Promise<boolean>;
  failed(error: unknown, doing: string): void;
};

/** When a node without a part of a rate, or that does not know a replay yet, looks again, at the latest. */
const againMs = 1_000;

/** Of so many replays a node remembers that they are over; it reads again whether an earlier one is. */
const overMax = 1_000;

/**
 * Whether, and how fast, the deliveries of replays may be sent. A process that is alone knows all that are not over; a node
 * may receive deliveries of one that it has not heard of (`shared`), and sends them when it has.
 */
export function createReplayRates(shared: Shared | null = null) {
  const paces = new Map<string, SharedPace>();
  const over = new Set<string>();
  const reading = new Set<string>();

  function endOf(replayId: string): void {
    paces.delete(replayId);
    if (shared === null) return;
    over.add(replayId);
    const [oldest] = over;
    if (over.size > overMax && oldest !== undefined) over.delete(oldest);
  }

  function read(replayId: string): void {
    if (shared === null || reading.has(replayId)) return;
    reading.add(replayId);
    shared
      .isOver(replayId)
      .then((is) => {
        if (is && paces.get(replayId)?.state === null) endOf(replayId);
      })
      .catch((error: unknown) => shared.failed(error, 'read whether a replay is over'))
      .finally(() => reading.delete(replayId));
  }

  function paceOf(replayId: string): SharedPace | null {
    const known = paces.get(replayId);
    if (known !== undefined || shared === null || over.has(replayId)) return known ?? null;
    const unknown = { budget: createRateLimiter(), state: null, rate: null, perSecond: null };
    const pace = { ...unknown, part: 0, until: 0, ratePart: 1 };
    paces.set(replayId, pace);
    return pace;
  }

  return {
    /**
     * When the next delivery of a replay may be sent; Infinity: it is paused or being cancelled. After its end, people's
     * retries are sent at once.
     */
    freeAt(replayId: string, now: number): number {
      const pace = paceOf(replayId);
      if (pace === null) return 0;
      if (pace.state === null) {
        read(replayId);
        return now + againMs;
      }
      if (pace.state !== 'running') return Number.POSITIVE_INFINITY;
      const part = shared === null || shared.ownsAll() ? 1 : now < pace.until ? pace.part : 0;
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
    paceOf: paceOf as (replayId: string) => Pace | null,
    /** Whether it is not over, and this node knows of it. */
    knows: (replayId: string): boolean => paces.has(replayId),
    set(replayId: string, { state, ratePerSecond }: { state: ReplayState; ratePerSecond: number | null }): void {
      over.delete(replayId);
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
    /** It is over. */
    forget: endOf,
  };
}

/** At most ten small portions per second, since timers are late by about a millisecond. */
export function rateOf(perSecond: number): Rate {
  const limit = Math.max(1, Math.ceil(perSecond / 10));
  return { limit, perMs: Math.ceil((limit * 1_000) / perSecond) };
}
