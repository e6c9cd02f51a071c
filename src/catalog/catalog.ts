import type { DocumentKind } from '../contract/documents/document.ts';
import type { NewAuditEntry } from '../contract/records/audit.ts';

/**
 * PORT. The configuration: versioned documents of a few kinds. All present documents fit in memory: a caller loads
 * `all()` once and follows its own `change` calls. Secrets inside a body are `Secret` objects here and encrypted at
 * rest.
 */
export interface Catalog {
  /**
   * Every present document, and the revision of this state. `partitions`: that of the deliveries of each connection, also of
   * the deleted ones that are not purged, by id.
   */
  all(): Promise<{ revision: number; documents: StoredDocument[]; partitions: Map<string, number> }>;
  /** The revision of the present state, which other processes may have changed. */
  revision(): Promise<number>;
  /**
   * Makes all changes or none, durably, and adds the entries that describe them to the audit trail. `revision` is the
   * state on which the caller's checks (names, use, versions) were made. If the catalog has changed since, nothing is
   * written and the result is null: load and check again. Otherwise returns the new revision. Earlier versions are
   * kept, also after a delete, until `purge`, within `versionBounds`. Throws when a put has a version that the document
   * already had. The changes of existing connections and destinations that people made are `unapplied` from then on.
   */
  change(revision: number, changes: readonly Change[], entries: readonly NewAuditEntry[]): Promise<number | null>;
  /** The changes whose consequences for stored data may not be done yet, oldest first. */
  unapplied(): Promise<UnappliedChange[]>;
  /** The consequences of these changes are done. */
  applied(changes: readonly UnappliedChange[]): Promise<void>;
  /**
   * The versions of one document, present or deleted, newest first. Fewer than `limit`, but at least one, when their stored
   * bodies reach `versionsBytesMax`.
   */
  versions(query: VersionQuery): Promise<StoredDocument[]>;
  /** Deleted documents, newest deletion first; of one time, by id. */
  deleted(query: DeletedQuery): Promise<DeletedDocument[]>;
  /** Removes documents deleted before `before` (ms) with all their versions and secrets, at most `limit`. */
  purge(before: number, limit: number): Promise<Pick<StoredDocument, 'kind' | 'id'>[]>;
}

/**
 * Of the versions of one document, the newest `count` listed ones, as many unlisted ones, and of all those that have at most
 * `bytes` are kept; the present one always is.
 */
export const versionBounds = { count: 1_000, bytes: 32 * 1_048_576 } as const;

/** Characters of stored bodies that one read of versions returns; the last version may exceed it. */
export const versionsBytesMax = 4 * 1_048_576;

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

/**
 * `unlisted`: a version that lists of versions leave out. A put of a deleted document restores it. A delete has the time
 * and author of the deletion in `updatedAt` and `updatedBy`. `partition`: of a connection that has none yet, 0 if left out;
 * one that has a partition keeps it until it is purged.
 */
export type Change =
  | { op: 'put'; document: StoredDocument; unlisted?: boolean; partition?: number }
  | { op: 'delete'; document: StoredDocument };

/** A change that made this revision. `before`: the version that it replaced or deleted. */
export type UnappliedChange = { revision: number; kind: 'connection' | 'destination'; id: string; before: number };

/** `before` and `after`: only versions below or above, next to it. `listed`: without unlisted versions. */
export type VersionQuery = {
  kind: DocumentKind;
  id: string;
  before?: number;
  after?: number;
  limit: number;
  listed?: boolean;
};

/** A deleted document, without its body. Times in ms. */
export type DeletedDocument = {
  kind: DocumentKind;
  id: string;
  version: number;
  name: string;
  /** Of a destination. */
  connectionId: string | null;
  deletedAt: number;
  deletedBy: string;
};

/** `before` and `after`: only those below or above a place in the order of the list, next to it. */
export type DeletedQuery = {
  kinds: readonly DocumentKind[];
  id?: string;
  before?: DeletedCursor;
  after?: DeletedCursor;
  limit: number;
};
type DeletedCursor = Pick<DeletedDocument, 'deletedAt' | 'id'>;
