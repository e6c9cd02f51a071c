import type { z } from 'zod';
import type { ManagedKind } from '../../contract/documents/document.ts';
import type { Bodies, Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { Programs } from './templates.ts';

/** A write during its checks, before anything is stored. */
export type Draft<K extends ManagedKind> = {
  body: Bodies[K];
  /** The stored document; null for a new one. */
  before: Document<Bodies[K]> | null;
  /** JSON pointers of the secrets kept from it. */
  kept: readonly string[];
  snapshot: Snapshot;
  programs: Programs;
  /**
   * The document is one of a file: what a person could do by hand afterwards is a warning, so that what was exported can
   * be imported.
   */
  isImport?: boolean;
};

/** The differences between kinds of documents. Reading and writing is the same for all kinds (documents.ts). */
export type Kind<K extends ManagedKind> = {
  kind: K;
  input: z.ZodType;
  /** Fields that are one value: a patch that doesn't fit the stored value replaces it. */
  wholes?: readonly string[];
  /** Adds the server's own fields to a client's input. `parent`: the connection of a new destination. */
  complete?(input: unknown, before: Document<Bodies[K]> | null, parent: string | null): unknown;
  /** Throws AppError when the draft can't be saved; returns warnings. */
  check(draft: Draft<K>): string[];
  /** Removes from an old version what a rollback must not restore, such as secrets that it would expose. */
  rolledBack?(old: Bodies[K], present: Bodies[K]): Bodies[K];
  /** Fields that GET adds to the body. */
  shownWith?(document: Document<Bodies[K]>, snapshot: Snapshot): object | Promise<object>;
};
