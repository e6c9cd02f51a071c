const minuteMs = 60_000;

/** Delays before the second, third, … attempt to send a message; the last one repeats until `givenUpMs`. */
const waitsMs = [10_000, minuteMs, 5 * minuteMs, 15 * minuteMs, 30 * minuteMs, 60 * minuteMs];

/** A message that could not be sent within this time is dropped. */
export const givenUpMs = 24 * 60 * minuteMs;

/** The delay after this many attempts, in ms. */
export function waitAfter(attempts: number): number {
  return waitsMs[Math.min(attempts, waitsMs.length) - 1] ?? minuteMs;
}
