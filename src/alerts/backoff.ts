const minuteMs = 60_000;

/** Waits before the 2nd, 3rd, … try to send a message; the last one goes on until `givenUpMs`. */
const waitsMs = [10_000, minuteMs, 5 * minuteMs, 15 * minuteMs, 30 * minuteMs, 60 * minuteMs];

/** A message that could not be sent for so long is given up. */
export const givenUpMs = 24 * 60 * minuteMs;

/** How long to wait after so many tries. */
export function waitAfter(attempts: number): number {
  return waitsMs[Math.min(attempts, waitsMs.length) - 1] ?? minuteMs;
}
