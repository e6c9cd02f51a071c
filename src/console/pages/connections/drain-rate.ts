/** How many deliveries were left at a time, in ms since the epoch. */
export type Sample = { at: number; left: number };

/** The time that a rate looks back over: long enough to be steady, short enough to follow. */
const overMs = 10_000;

/** Adds a sample, and drops those that are too old to count. */
export function withSample(samples: readonly Sample[], next: Sample): Sample[] {
  return [...samples.filter(({ at }) => at > next.at - overMs && at < next.at), next];
}

/** Deliveries per second over the samples; null: unknown yet, or none were sent. */
export function drainRate(samples: readonly Sample[]): number | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return null;
  const perSecond = ((first.left - last.left) * 1_000) / (last.at - first.at);
  return perSecond > 0 ? perSecond : null;
}
