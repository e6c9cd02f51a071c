import type { DocumentKind } from '../contract/documents/document.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';

/**
 * PORT. The configuration: versioned documents of a few kinds. All present documents fit in memory: a caller loads
 * `all()` once and follows its own `change` calls. Secrets inside a body are `Secret` objects here and encrypted at
 * rest.
 */
export interface Catalog {
  /** Every present document, and the revision of this state. */
  all(): Promise<{ revision: number; documents: StoredDocument[] }>;
  /**
   * Makes all changes or none, durably, and adds the entries that describe them to the audit trail. `revision` is the
   * state on which the caller's checks (names, use, versions) were made. If the catalog has changed since, nothing is
   * written and the result is null: load and check again. Otherwise returns the new revision. Earlier versions are
   * kept, also after a delete. Throws when a put has a version that the document already had.
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
