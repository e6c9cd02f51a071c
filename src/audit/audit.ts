import type { AuditAct, AuditEntry, AuditKind, NewAuditEntry } from '../contract/records/audit.ts';

/**
 * PORT. The audit trail: who did what, from where, as an append-only chain of hashes (chain.ts). The entry of a stored
 * change is written by the store of that change, in the same transaction; `append` is for entries without one.
 */
export interface Audit {
  /** Adds entries, durably. */
  append(entries: readonly NewAuditEntry[]): Promise<void>;
  /** A page of entries, newest first (by number), that match every given filter. */
  entries(query: AuditQuery): Promise<AuditEntry[]>;
  /**
   * Removes the entries older than `before` (ms since the epoch) and adds a `prune` entry with the number and hash of
   * the last removed one, so that the rest is still a chain. Returns how many were removed; when none were, adds no
   * entry.
   */
  prune(before: number, now: number): Promise<number>;
}

export type AuditQuery = {
  limit: number;
  /** Entry numbers: the page next to that number on its older or newer side. */
  before?: number;
  after?: number;
  act?: AuditAct;
  kind?: AuditKind;
  /** The id of the changed object. */
  id?: string;
  /** Any of these objects. */
  ids?: readonly string[];
  /** A part of the principal's name, in any case, or its id. */
  principal?: string;
  result?: AuditEntry['result'];
  /** RFC 3339 in UTC with milliseconds; inclusive. */
  createdAfter?: string;
  /** The same format; exclusive. */
  createdBefore?: string;
};
