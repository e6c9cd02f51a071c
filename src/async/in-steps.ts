// Long work in calls of a few milliseconds each, between which others have their turn.

/** Repeats a call from where the last one ended, until it returns null. */
export async function inSteps<From>(first: From, step: (from: From) => Promise<From | null>): Promise<void> {
  for (let from: From | null = first; from !== null; ) from = await step(from);
}

/** Repeats a call that changes at most `limit` rows until it changes fewer; returns how many it changed in all. */
export async function untilFewer(limit: number, step: (limit: number) => Promise<number>): Promise<number> {
  for (let sum = 0; ; ) {
    const changed = await step(limit);
    sum += changed;
    if (changed < limit) return sum;
  }
}

const rowsAtOnce = 500;

/** Like `untilFewer`, with a step that counts in several numbers; returns those of all steps. */
export async function countsInSteps<Count extends { count: number }>(
  step: (limit: number) => Promise<Count[]>,
): Promise<Count[]> {
  const all: Count[] = [];
  await untilFewer(rowsAtOnce, async (limit) => {
    const counts = await step(limit);
    all.push(...counts);
    return counts.reduce((sum, { count }) => sum + count, 0);
  });
  return all;
}
