import type { IssueRecord } from '../issues/issues.ts';

/** Something that goes wrong, as a detector sees it; the same fingerprint is the same issue. */
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

/** How often it was seen, and at which deliveries (the newest last). */
export type Sight = { times: number; samples: readonly string[]; actionIds: readonly string[] };

/** What is looked at from time to time, and either is so or is not. */
export type Look = {
  /** For the log: completes "could not look at …". */
  at: string;
  everyMs: number;
  /** Every active issue of these kinds that a look does not find is over. */
  kinds: readonly IssueRecord['kind'][];
  /** Why it is over, in words. */
  over: string;
  find(now: number): Finding[] | Promise<Finding[]>;
};
