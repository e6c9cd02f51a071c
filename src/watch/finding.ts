import type { IssueRecord } from '../issues/issues.ts';

type Words = Pick<IssueRecord, 'fingerprint' | 'kind' | 'severity' | 'title' | 'detail' | 'likelyFix'>;
type Places = Pick<IssueRecord, 'connectionId' | 'destinationId' | 'actionId' | 'errorKind'>;

/** A problem found by a detector. Findings with the same fingerprint are the same issue. */
export type Finding = Words & Places;

/** A finding; its places that are not given are null. */
export function finding(given: Words & Partial<Places>): Finding {
  return { connectionId: null, destinationId: null, actionId: null, errorKind: null, ...given };
}

/** The number of occurrences, and the deliveries and actions concerned (the newest last). */
export type Occurrences = { times: number; samples: readonly string[]; actionIds: readonly string[] };

/** A condition that is checked at intervals and is either true or false. */
export type Detector = {
  /** For the log: completes "could not look at …". */
  at: string;
  everyMs: number;
  /** Every active issue of these kinds that `find` no longer returns is resolved. */
  kinds: readonly IssueRecord['kind'][];
  /** The reason recorded when such an issue is resolved. */
  over: string;
  find(now: number): Finding[] | Promise<Finding[]>;
};
