import type { DocumentKind } from '../contract/documents/document.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';

/**
 * PORT. What people configured: versioned documents of a few kinds. All present documents fit in memory; whoever needs
 * them loads `all()` once and follows `change`. Secrets inside a body are `Secret` objects here and sealed at rest.
 */
export interface Catalog {
  /** Every present document and the revision that this picture has. */
  all(): Promise<{ revision: number; documents: StoredDocument[] }>;
  /**
   * Makes all changes or none, durably, and adds the entries that describe them to the audit trail. `revision` is the picture that the caller's checks (names, use, versions) were
   * made on: when the catalogue has moved on, nothing is written and the answer is null; load again, check again.
   * Returns the new revision otherwise. Each change keeps the versions before it, a delete too.
   * Throws when a put names a version that the document had already.
   */
  change(revision: number, changes: readonly Change[], entries: readonly NewAuditEntry[]): Promise<number | null>;
  /** The versions of one document, present or deleted, newest first, below version `before` when given. */
  versions(query: VersionQuery): Promise<StoredDocument[]>;
}

export type StoredDocument = {
  kind: DocumentKind;
  id: string;
  /** Starts at 1 and grows by 1 with each change. */
  version: number;
  /** The fields that people write, as the contract's schema of the kind parsed them; secrets as `Secret`. */
  body: unknown;
  createdAt: string;
  updatedAt: string;
  updatedBy: string;
};

export type Change = { op: 'put'; document: StoredDocument } | { op: 'delete'; document: StoredDocument };

type VersionQuery = { kind: DocumentKind; id: string; before?: number; limit: number };
