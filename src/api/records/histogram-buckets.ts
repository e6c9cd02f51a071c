const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Lengths that people read well on an axis. */
const lengths = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * second),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * minute),
  ...[1, 2, 3, 6, 12].map((count) => count * hour),
  ...[1, 2, 7, 14, 28].map((count) => count * day),
];

/**
 * The starts of at most `most` buckets that cover the times from `from` (inclusive) to `to` (exclusive), as short as they
 * can be: multiples of a round length.
 */
export function bucketsOf(from: number, to: number, most: number): { bucketMs: number; starts: number[] } {
  const countOf = (ms: number) => Math.ceil(to / ms) - Math.floor(from / ms);
  const longest = lengths.at(-1) ?? day;
  let bucketMs = lengths.find((ms) => countOf(ms) <= most) ?? longest;
  while (countOf(bucketMs) > most) bucketMs += longest;
  const first = Math.floor(from / bucketMs);
  return { bucketMs, starts: Array.from({ length: countOf(bucketMs) }, (_, index) => (first + index) * bucketMs) };
}
