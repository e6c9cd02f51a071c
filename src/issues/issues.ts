import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { ErrorKind } from '../contract/records/delivery.ts';
import type {
  IssueCause,
  IssueKind,
  IssueNotice,
  IssueProblem,
  IssueSeverity,
  IssueState,
} from '../contract/records/issue.ts';

/**
 * PORT. Issues, the detected problems, one for each fingerprint. There are few, and their owner keeps them in memory. Every
 * write is durable when its promise resolves.
 */
export interface IssueStore {
  /** All stored issues, by id. */
  load(): Promise<IssueRecord[]>;
  /**
   * Inserts or replaces issues, all or none. Of a fingerprint that is stored with another id, the stored id stays: two
   * processes that find a problem at once have one issue. An issue that gets the fingerprint of another one replaces it.
   * The audit entry is written in the same transaction.
   */
  save(records: readonly IssueRecord[], entry?: NewAuditEntry): Promise<void>;
  /** Removes issues; unknown ids are skipped. */
  remove(ids: readonly string[]): Promise<void>;
}

/** An issue as stored. Times are ms since the epoch. */
export type IssueRecord = {
  id: string;
  /** Identifies the same problem when it occurs again. */
  fingerprint: string;
  kind: IssueKind;
  title: string;
  state: IssueState;
  severity: IssueSeverity;
  connectionId: string | null;
  destinationId: string | null;
  actionId: string | null;
  errorKind: ErrorKind | null;
  detail: string;
  likelyFix: string;
  /** Left out by versions that did not record it. */
  cause?: IssueProblem;
  firstSeenAt: number;
  lastSeenAt: number;
  openedAt: number;
  count: number;
  /** Occurrences per hour; the last count is for the hour with this number since the epoch. */
  series: { hour: number; counts: number[] };
  actionIds: string[];
  /** Occurrences of other actions; left out by versions that did not count them. */
  otherActions?: number;
  samples: string[];
  changes: IssueCause[];
  /** Consecutive successful deliveries since it was last seen. */
  successes: number;
  /** How often it was reopened soon after it was resolved. */
  comebacks: number;
  /** Of a muted issue: its cause is gone. */
  isResolved: boolean;
  acknowledged: { at: number; by: string } | null;
  muted: { at: number; by: string; until: number | null } | null;
  resolved: { at: number; by: string; how: string } | null;
  /** The number of its notices so far. */
  noticed: number;
  /** Notices that are not sent yet. */
  notices: IssueNotice[];
};
