import type { ConnectionBody } from '../../contract/documents/connection.ts';
import type { PeerSignal } from '../attempt/next-step.ts';

/** An exchange as a circuit breaker counts it; `lost`: without a response. */
type Result = 'good' | 'bad' | 'lost';

type BreakerSettings = ConnectionBody['settings']['breaker'];

/** For the breaker of a destination, a request without a response is lost, whatever the cause. */
export function resultAtDestination(signal: PeerSignal): Result {
  return signal === 'silent' || signal === 'unreachable' ? 'lost' : signal;
}

/** For the breaker of a connection, only a request without a connection is a failure. */
export function resultAtConnection(signal: PeerSignal): Result {
  return signal === 'unreachable' ? 'lost' : 'good';
}

const lostMax = 5;
/** Parts of the window. */
const tenths = 10;

/**
 * A circuit breaker that is closed: counts exchanges and decides when it opens, after five in a row without a response, or
 * when at least `minimum` exchanges within `windowMs` have a share of failures of at least `failureRatio`. The window
 * moves in tenths. Exchanges without a response that were in flight together have one cause, such as a restart of the
 * receiver, and count once. The counts are in memory, and begin again when the breaker opens.
 */
export function createBreaker() {
  const counts = Array.from({ length: tenths }, () => ({ tenth: -1, all: 0, failed: 0 }));
  let lostInRow = 0;
  let lostTogether = 0;
  let newestCounted = 0;
  let goodAt = Number.NEGATIVE_INFINITY;

  function open(reason: string) {
    lostInRow = 0;
    lostTogether = 0;
    for (const count of counts) count.tenth = -1;
    return reason;
  }

  return {
    /**
     * `request`: the number of the request among those of its connection, `newest`: that of the newest one that has begun.
     * Returns the reason why it opens now, or null.
     */
    record(
      result: Result,
      request: number,
      newest: number,
      now: number,
      { failureRatio, minimum, windowMs }: BreakerSettings,
    ): string | null {
      if (result === 'lost') {
        lostInRow += 1;
        if (request <= newestCounted) return null;
        newestCounted = newest;
        lostTogether += 1;
      } else lostInRow = lostTogether = 0;
      if (result === 'good') goodAt = now;
      const tenth = Math.floor(now / (windowMs / tenths));
      const count = counts[tenth % tenths];
      if (count === undefined) return null;
      if (count.tenth !== tenth) Object.assign(count, { tenth, all: 0, failed: 0 });
      count.all += 1;
      if (result === 'good') return null;
      count.failed += 1;
      if (lostTogether >= lostMax) return open(`The last ${lostInRow} requests got no response.`);
      const recent = counts.filter((one) => one.tenth > tenth - tenths && one.tenth <= tenth);
      const all = recent.reduce((sum, one) => sum + one.all, 0);
      const failed = recent.reduce((sum, one) => sum + one.failed, 0);
      return all >= minimum && failed / all >= failureRatio
        ? open(`${failed} of the last ${all} requests failed.`)
        : null;
    },
    /** Whether an exchange within `windowMs` was good. */
    isWell: (now: number, { windowMs }: BreakerSettings): boolean => Math.abs(now - goodAt) < windowMs,
  };
}

export type Breaker = ReturnType<typeof createBreaker>;

const firstProbeMs = 1_000;

/** How long an open breaker waits for its first probe. */
export function firstProbeAfter({ openMs }: Pick<BreakerSettings, 'openMs'>): number {
  return Math.min(firstProbeMs, openMs);
}

/**
 * When an open breaker sends its next probe, after one that began at `startedAt` failed. The interval is a quarter of the
 * time that the breaker had been open, at least 1 s and at most `openMs`: so held deliveries are sent at the latest a
 * second and a quarter of the outage after its end. A probe that took longer is followed by the next one at once.
 */
export function nextProbeAt(
  { since, startedAt, now }: { since: number; startedAt: number; now: number },
  { openMs }: Pick<BreakerSettings, 'openMs'>,
): number {
  // After the clock was set back, the times may be in the future.
  const beganAt = Math.min(startedAt, now);
  const waitMs = Math.min(openMs, Math.max(firstProbeMs, Math.ceil((beganAt - since) / 4)));
  return Math.max(now, beganAt + waitMs);
}
