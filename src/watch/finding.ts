import type { IssueRecord } from '../issues/issues.ts';

/** A problem found by a detector. Findings with the same fingerprint are the same issue. */
export type Finding = Pick<
  IssueRecord,
  | 'fingerprint'
  | 'kind'
  | 'severity'
  | 'title'
  | 'detail'
  | 'likelyFix'
  | 'connectionId'
  | 'destinationId'
  | 'actionId'
  | 'errorKind'
>;

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
