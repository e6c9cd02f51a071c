/** The progress of an erasure: its phase, and the progress in it. The phases follow each other in this order. */
export type Cursor =
  /** `partitions`: those that are left, with the offset where the erasure ends in each. `at`: the next offset of the first. */
  | { phase: 'events'; partitions: [partition: number, end: number][]; at: number }
  /** Numbers of deliveries: `at` the last one that was examined, `end` the first of those that began later. */
  | { phase: 'tests'; at: number; end: number }
  /** `at`: the last id that was examined. */
  | { phase: 'blocks'; at: number }
  | { phase: 'exchanges'; at: number }
  /** `at`: the next number. */
  | { phase: 'details'; at: number }
  /** `after`: the last identity that was examined. */
  | { phase: 'identities'; after: [collector: number, identity: string] }
  | { phase: 'forget' }
  /** `at`: the next page. */
  | { phase: 'clear'; at: number };

/** The position of one phase. */
export type CursorOf<P extends Cursor['phase']> = Extract<Cursor, { phase: P }>;

/**
 * What a step leaves: where the next one continues; `waiting`: nothing was done, and the same step is tried again later;
 * `done`: the erasure is over.
 */
export type Progress = Cursor | 'waiting' | 'done';

/** A stored cursor. Older versions stored the fields of all phases, and had no end of tests in those that they began. */
type StoredCursor = {
  phase: string;
  partitions?: [number, number][];
  at?: number;
  end?: number;
  after?: [number, string];
};

export function cursorOf(text: string): Cursor {
  const { phase, partitions = [], at = 0, end, after = [-1, ''] }: StoredCursor = JSON.parse(text);
  switch (phase) {
    case 'events':
      return { phase, partitions, at };
    case 'tests':
      return { phase, at, end: end ?? (after[0] < 0 ? Number.MAX_SAFE_INTEGER : after[0]) };
    case 'blocks':
    case 'exchanges':
    case 'details':
    case 'clear':
      return { phase, at };
    case 'identities':
      return { phase, after };
    case 'forget':
      return { phase };
    default:
      // Older versions cleared in phases of other names.
      return { phase: 'clear', at: 0 };
  }
}
