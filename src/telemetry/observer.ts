import type { Telemetry } from './telemetry.ts';

/**
 * For what only watches the journey of events: statistics, issues, alerts, event streams. Gives a function like `observe`
 * that never throws: an exception is counted and logged (at a bounded rate), and what was observed goes on. `doing`
 * completes "could not …".
 */
export function observer<A extends unknown[]>(
  telemetry: Pick<Telemetry, 'failedOften'>,
  doing: string,
  observe: (...what: A) => void,
): (...what: A) => void {
  return (...what) => {
    try {
      observe(...what);
    } catch (error) {
      telemetry.failedOften(error, doing);
    }
  };
}
