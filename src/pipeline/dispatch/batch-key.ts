import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Lookup } from '../../rules/lookup.ts';
import type { Versions } from '../attempt/render-plan.ts';

/** How a version of a destination wants its batches. */
export type BatchLimits = Pick<DestinationBody['settings']['batch'], 'records' | 'bytes' | 'waitMs'> & {
  key: Lookup | null;
  /** About how many bytes of a rendered body a record takes; null: not known yet. */
  bytesPerRecord: number | null;
};

/** Which deliveries may share a request: those of one action, in the same versions and with the same grouping value. */
export type BatchKey = { key: string; versions: Versions; limits: BatchLimits };

/** Deliveries that leave in one request. */
export type Batch<Member> = { members: Member[]; versions: Versions; limits: BatchLimits };
