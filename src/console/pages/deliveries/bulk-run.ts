/** The progress of work on many items; `refused` counts refusals by their reason. */
export type BulkProgress = { done: number; refused: ReadonlyMap<string, number>; left: number };

type Options<Item> = {
  items: readonly Item[];
  /** Processes one item: null when it is done, or the reason of its refusal. Throws when the work can't continue. */
  act: (item: Item) => Promise<string | null>;
  onProgress: (progress: BulkProgress) => void;
  signal: AbortSignal;
  /** How many items at once. */
  lanes?: number;
};

/**
 * Processes many items, a few at once. A stop lets the items in progress finish and leaves the others unchanged; an error
 * ends the work.
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
