import type { DestinationBody } from '../../contract/documents/destination.ts';
import type { Lookup } from '../../rules/lookup.ts';
import type { Versions } from '../attempt/delivery-plan.ts';

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
