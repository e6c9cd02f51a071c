/** A key without attempts for this long is forgotten. */
export const attemptMemoryMs = 15 * 60_000;
export const attemptsMax = 20_000;

const firstDelayMs = 1_000;
const delayMsMax = 60_000;

/** How long the next attempt is delayed after so many failures, of which `free` have no delay, in ms. */
export function delayAfter(failures: number, free: number): number {
  return failures < free ? 0 : Math.min(delayMsMax, firstDelayMs * 2 ** Math.min(20, failures - free));
}
