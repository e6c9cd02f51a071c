import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { DueDelivery, Versions } from '../../journal/journal.ts';
import type { Lookup } from '../../rules/lookup.ts';

import type { Rendering } from './rendered-output.ts';

/** The batch settings of a version of a destination. */
export type BatchLimits = Pick<DestinationBody['settings']['batch'], 'records' | 'bytes' | 'waitMs'> & {
  key: Lookup | null;
  /** Estimated bytes of a record in a rendered body; null: not known yet. */
  bytesPerRecord: number | null;
};

/**
 * The deliveries that can share a request: those of one action, in the same versions and with the same grouping value.
 */
export type BatchKey = { key: string; versions: Versions; limits: BatchLimits };

/** Deliveries that share one request. */
export type Batch<Member> = { members: Member[]; versions: Versions; limits: BatchLimits };

type Failed = Extract<Rendering, { kind: 'failed' }>;

/** The deliveries of a batch that can be sent together. */
type BatchSplit = {
  members: DueDelivery[];
  /** The rendering of all members; null: no delivery is left. */
  rendering: Exclude<Rendering, Failed> | null;
  /** Deliveries that fail the template on their own. */
  bad: { delivery: DueDelivery; rendering: Failed }[];
  /** Deliveries that do not fit, in order: parts that each render successfully, or the rest. */
  left: DueDelivery[][];
};

/**
 * Determines how many deliveries of a batch go into one body. A body that is too long is cut to the estimated number of
 * records that fit (at least one). When the template fails, the batch is halved repeatedly to find the failing records,
 * so that one bad record never blocks the others.
 */
export async function splitToFit(
  group: readonly DueDelivery[],
  limits: BatchLimits,
  render: (members: readonly DueDelivery[]) => Rendering | Promise<Rendering>,
): Promise<BatchSplit> {
  const bad: BatchSplit['bad'] = [];
  const left: BatchSplit['left'] = [];

  /** Adds the failing deliveries to `bad`; returns the others, in parts that render. */
  async function sift(members: readonly DueDelivery[]): Promise<DueDelivery[][]> {
    const good: DueDelivery[][] = [];
    for (const half of halvesOf(members)) {
      const rendering = await render(half);
      const [only, ...others] = half;
      if (rendering.kind !== 'failed') good.push(half);
      else if (others.length > 0) good.push(...(await sift(half)));
      else if (only !== undefined) bad.push({ delivery: only, rendering });
    }
    return good;
  }

  let members = [...group];
  for (;;) {
    const rendering = await render(members);
    if (rendering.kind === 'failed') {
      const [only] = members;
      if (members.length === 1 && only !== undefined) {
        bad.push({ delivery: only, rendering });
        return { members: [], rendering: null, bad, left };
      }
      const parts = await sift(members);
      const together = parts.flat();
      if (together.length === 0) return { members: [], rendering: null, bad, left };
      // Each part renders, but not all of them together, for example because of a limit of the sandbox.
      const isHopeless = together.length === members.length;
      members = isHopeless ? (parts.shift() ?? []) : together;
      if (isHopeless) left.unshift(...parts);
      continue;
    }
    if (rendering.kind === 'skipped') return { members, rendering, bad, left };
    const bytes = Buffer.byteLength(rendering.rendered.body);
    const each = bytes / members.length;
    limits.bytesPerRecord = Math.max(each, 0.9 * (limits.bytesPerRecord ?? each) + 0.1 * each);
    if (bytes <= limits.bytes || members.length === 1) return { members, rendering, bad, left };
    const room = Math.max(1, Math.min(members.length - 1, Math.floor(limits.bytes / each)));
    left.unshift(members.slice(room));
    members = members.slice(0, room);
  }
}

/** The first half, which is the longer one, and the second one; empty halves are left out. */
export function halvesOf<T>(list: readonly T[]): T[][] {
  const middle = Math.ceil(list.length / 2);
  return [list.slice(0, middle), list.slice(middle)].filter((half) => half.length > 0);
}
