/** Microseconds of the machine's monotonic clock, which all processes share, so that their times can be compared. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
