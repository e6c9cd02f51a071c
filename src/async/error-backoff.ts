const firstMs = 1_000;
const mostMs = 30_000;

/** The wait after an error of Millrace itself that followed `failures` others in a row: 1 s, doubling to 30 s. */
export function errorBackoffMs(failures: number): number {
  return Math.min(firstMs * 2 ** failures, mostMs);
}
