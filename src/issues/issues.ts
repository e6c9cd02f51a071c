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
 * PORT. Issues, the detected problems, one for each fingerprint. There are few, and each node keeps them in memory. Every
 * write is durable when its promise resolves. A write replaces what its node has read alone: each has a later revision.
 */
export interface IssueStore {
  /** All stored issues, by id. */
  load(): Promise<{ revision: number; records: IssueRecord[] }>;
  /** What has changed after a revision. `ids`: those of all issues, when some were removed; null: none was. */
  since(revision: number): Promise<IssueChanges>;
  /**
   * Inserts or replaces issues. An issue that is stored with another revision than the given one is not written, nor one
   * whose fingerprint has another id, so that two nodes that find a problem at once have one issue. `stored` has what is stored
   * instead of each; null: written, and its revision is `revision`. An issue that gets the fingerprint of another one replaces
   * it. One that was removed is inserted.
   * An audit entry is written in the same transaction; with it, all issues are written or none.
   */
  save(records: readonly IssueRecord[], entry?: NewAuditEntry): Promise<SavedIssues>;
  /** Removes issues that have these revisions; others are skipped. */
  remove(issues: readonly Pick<IssueRecord, 'id' | 'revision'>[]): Promise<void>;
}

export type IssueChanges = { revision: number; records: IssueRecord[]; ids: string[] | null };

export type SavedIssues = { revision: number; stored: (IssueRecord | null)[] };

/** An issue as stored. Times are ms since the epoch. */
export type IssueRecord = {
  id: string;
  /** Of its last write; 0: it is not stored. */
  revision: number;
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
