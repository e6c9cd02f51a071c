import type { NewAuditEntry } from '../contract/records/audit.ts';
import type { ErrorKind } from '../contract/records/delivery.ts';
import type { IssueCause, IssueKind, IssueNotice, IssueSeverity, IssueState } from '../contract/records/issue.ts';

/**
 * PORT. What goes wrong, as it is known: few things, which whoever notices them has in memory. Every write is durable
 * when its promise resolves.
 */
export interface IssueStore {
  /** All that are kept, by id. */
  load(): Promise<IssueRecord[]>;
  /** Writes new ones, or over old ones. The entry goes to the audit trail in the same transaction. */
  save(records: readonly IssueRecord[], entry?: NewAuditEntry): Promise<void>;
  /** Forgets; ids that nobody knows are passed over. */
  remove(ids: readonly string[]): Promise<void>;
}

/** An issue as it is kept. Times are ms since the epoch. */
export type IssueRecord = {
  id: string;
  /** What makes it the same when it is seen again. */
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
  firstSeenAt: number;
  lastSeenAt: number;
  openedAt: number;
  count: number;
  /** How often in each hour; the last one is the hour with this number since the epoch. */
  series: { hour: number; counts: number[] };
  actionIds: string[];
  samples: string[];
  changes: IssueCause[];
  /** Deliveries in a row that went well since it was last seen. */
  successes: number;
  /** How often it came back soon after it was resolved. */
  comebacks: number;
  /** Its cause is gone: of one that is muted. */
  isResolved: boolean;
  acknowledged: { at: number; by: string } | null;
  muted: { at: number; by: string; until: number | null } | null;
  resolved: { at: number; by: string; how: string } | null;
  /** Counts its notices. */
  noticed: number;
  /** Not told yet. */
  notices: IssueNotice[];
};
