const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** From when on something is an issue, and when it no longer is one. All of them stand here. */
export const thresholds = {
  /** How often gates, storage and mended failures are looked at. */
  lookEveryMs: 15_000,
  failing: {
    /** A failure that ends a delivery opens an issue at once; what is tried again, after so many without a success … */
    inRow: 3,
    /** … over at least this time. */
    forMs: 5_000,
    /** So many without a success are critical. */
    criticalInRow: 10,
    /** It is over after so many successes in a row; twice as many each time that it came back within a day … */
    successes: 10,
    doublingsMost: 10,
    /** … when it was not seen for this long. */
    quietMs: 10_000,
    /** Or when it was not seen for so long. */
    forgottenMs: 7 * dayMs,
    /** More ways to fail at one destination are one issue. */
    perDestination: 20,
  },
  /** A connection that rests for this long is critical. */
  trippedCriticalMs: 10 * minuteMs,
  held: { quietMs: dayMs },
  expiring: { everyMs: 5 * minuteMs, warnMs: 14 * dayMs, criticalMs: 2 * dayMs },
  /** How long what is due waits for its turn; it is over below `overMs`. */
  backlog: { everyMs: minuteMs, warnMs: 15 * minuteMs, overMs: 5 * minuteMs, criticalMs: 2 * hourMs },
  silence: {
    everyMs: 5 * minuteMs,
    /** On each of these days before, the same hours saw at least so many. */
    days: 7,
    leastPerDay: 10,
    /** Or in each of the last 25 hours but the last one there were at least so many. */
    leastPerHour: 20,
  },
  /** Free space of the data folder, in times of the reserve under which nothing is taken in. */
  storage: { warnTimes: 3, criticalTimes: 1 },
  /** After somebody called it resolved, what is on its way may still fail. */
  graceMs: 5 * minuteMs,
  /** What is so or is not, and came back, is over after a rest that doubles with each comeback. */
  restMs: minuteMs,
  restMostMs: hourMs,
  /** A comeback within this time is one. */
  comebackMs: dayMs,
  /** Records kept; from the oldest resolved ones on the rest goes. */
  recordsMost: 5_000,
  samplesMost: 10,
  actionsMost: 50,
};

export type Thresholds = typeof thresholds;
