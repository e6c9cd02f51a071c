export type ReplayShares = ReturnType<typeof createShares>;

/** A partition with deliveries of a replay. `since`: since when it is own without a break; null: it is not. */
type Seen = { last: number; since: number | null };

/**
 * The part of a replay's rate that this node has. Each partition with something to send has an equal part, and its owner has
 * those of its partitions. Nodes read at different times which partitions these are, so:
 *
 *   * what was read holds for `validMs`, in which each node reads again; without a newer reading a node sends nothing;
 *   * a partition sends only when each other node has read that it takes part, and the time over which the rate counts has
 *     passed since;
 *   * it takes part for that time longer than it has something to send.
 *
 * So the sum of the parts never exceeds 1, without a message between nodes. Each node sends its part in portions of its own
 * (`rateOf`), and nothing keeps two nodes from sending theirs in the same moment: with four equal parts of one delivery a
 * second, four may be sent at once, and then none for four seconds.
 */
export function createShares(pollMs: number) {
  const validMs = Math.max(1_000, 4 * pollMs);
  const replays = new Map<string, { at: number; partitions: Map<number, Seen> }>();
  return {
    validMs,
    /**
     * Takes a reading that began `at`, of a replay whose rate counts over `windowMs`; returns the part of this node, 0 to
     * 1.
     */
    read(
      id: string,
      reading: { at: number; partitions: readonly number[]; isOwn(partition: number): boolean; windowMs: number },
    ): number {
      const { at, windowMs, isOwn } = reading;
      const before = replays.get(id);
      // After the clock was set back, all wait again.
      const known = before === undefined || at < before.at ? new Map<number, Seen>() : before.partitions;
      const partitions = new Map<number, Seen>();
      for (const [partition, { last }] of known)
        if (last + windowMs >= at) partitions.set(partition, { last, since: null });
      for (const partition of reading.partitions)
        partitions.set(partition, {
          last: at,
          since: isOwn(partition) ? (known.get(partition)?.since ?? at) : null,
        });
      replays.set(id, { at, partitions });
      const own = partitions.values().filter(({ since }) => since !== null && at - since >= validMs + windowMs);
      return partitions.size === 0 ? 0 : [...own].length / partitions.size;
    },
    forget: (id: string): void => void replays.delete(id),
  };
}
