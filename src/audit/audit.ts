import type { AuditAct, AuditEntry, AuditKind, NewAuditEntry } from '../contract/records/audit.ts';

/**
 * PORT. The audit trail: who did what, from where, as a chain of hashes (chain.ts) to which entries are only ever added.
 * What describes a change is written by whoever stores the change, in the same transaction; here stands what no change
 * goes with.
 */
export interface Audit {
  /** Adds entries, durably. */
  append(entries: readonly NewAuditEntry[]): Promise<void>;
  /** A page of entries, newest first (by number). Every filter that is given must hold. */
  entries(query: AuditQuery): Promise<AuditEntry[]>;
  /**
   * Removes the entries older than `before` (ms since the epoch), and adds one (`prune`) that holds number and hash of
   * the last that was removed, so that the rest still is a chain. Answers how many were removed; with 0 nothing is added.
   */
  prune(before: number, now: number): Promise<number>;
}

export type AuditQuery = {
  limit: number;
  /** Numbers: the page next to it on its older or its newer side. */
  before?: number;
  after?: number;
  act?: AuditAct;
  kind?: AuditKind;
  /** Of the thing. */
  id?: string;
  /** Of any of these things. */
  ids?: readonly string[];
  /** A part of the name of who did it, whatever its case, or the id. */
  principal?: string;
  result?: AuditEntry['result'];
  /** RFC 3339 in UTC with milliseconds; inclusive. */
  createdAfter?: string;
  /** Likewise; exclusive. */
  createdBefore?: string;
};
