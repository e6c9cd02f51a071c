/** How far a piece of bulk work is: `refused` counts the refusals by what was said. */
export type BulkProgress = { done: number; refused: ReadonlyMap<string, number>; left: number };

type Options<Item> = {
  items: readonly Item[];
  /** Does one; a text says why it was refused, null that it is done. Throws when nothing can be said for now. */
  act: (item: Item) => Promise<string | null>;
  onProgress: (progress: BulkProgress) => void;
  signal: AbortSignal;
  /** How many at once. */
  lanes?: number;
};

/**
 * Does something with each of many things, a few at once, and counts. Stopping lets those under way end and leaves the
 * others as they are. What throws ends the work.
 */
export async function bulkRun<Item>({
  items,
  act,
  onProgress,
  signal,
  lanes = 6,
}: Options<Item>): Promise<BulkProgress> {
  const queue = items.values();
  const refused = new Map<string, number>();
  let done = 0;
  let ended = 0;
  const progress = () => ({ done, refused: new Map(refused), left: items.length - ended });

  async function lane() {
    for (const item of queue) {
      const refusal = await act(item);
      ended += 1;
      if (refusal === null) done += 1;
      else refused.set(refusal, (refused.get(refusal) ?? 0) + 1);
      onProgress(progress());
      if (signal.aborted) return;
    }
  }

  await Promise.all(Array.from({ length: lanes }, lane));
  return progress();
}
