const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** All thresholds for opening and resolving issues. */
export const thresholds = {
  /** Interval of the checks of failures, holds, paused destinations, storage and muted issues. */
  checkEveryMs: 15_000,
  failing: {
    /**
     * A failure that ends a delivery opens an issue at once; a retried failure opens one after this many without a
     * success …
     */
    inRow: 3,
    /** … over at least this time. */
    forMs: 5_000,
    /** This many failures without a success are critical. */
    criticalInRow: 10,
    /** Resolved after this many successes in a row, doubled each time the issue came back within a day … */
    successes: 10,
    doublingsMax: 10,
    /** … if there was no failure for this long. */
    quietMs: 10_000,
    /** Or resolved when it was not seen for this long. */
    forgottenMs: 7 * dayMs,
    /** Above this number of different failures at one destination, further ones are one issue. */
    perDestination: 20,
  },
  held: { quietMs: dayMs },
  usedIds: { quietMs: dayMs },
  ruleErrors: { quietMs: dayMs },
  lostWrites: { quietMs: dayMs },
  expiring: { everyMs: 5 * minuteMs, warnMs: 14 * dayMs, criticalMs: 2 * dayMs },
  /** How long due deliveries wait for their turn; resolved below `overMs`. */
  backlog: { everyMs: minuteMs, warnMs: 15 * minuteMs, overMs: 5 * minuteMs, criticalMs: 2 * hourMs },
  silence: {
    everyMs: 5 * minuteMs,
    /** On each of these days before, the same hours had at least `leastPerDay`. */
    days: 7,
    leastPerDay: 10,
    /** Or each of the last 25 hours except the latest had at least this many. */
    leastPerHour: 20,
  },
  /** Free space of the data folder, as a multiple of the reserve below which intake is refused. */
  storage: { warnTimes: 3, criticalTimes: 1 },
  /** After a person resolved an issue, deliveries in flight may still fail for this long. */
  graceMs: 5 * minuteMs,
  /**
   * A condition that came back must be false for this long before its issue is resolved; doubled with each comeback.
   */
  restMs: minuteMs,
  restMsMax: hourMs,
  /** An issue that opens again within this time is a comeback. */
  comebackMs: dayMs,
  /** Records kept at most; the oldest resolved ones are removed first. */
  recordsMax: 5_000,
  samplesMax: 10,
  actionsMax: 50,
};

export type Thresholds = typeof thresholds;
