import type { z } from 'zod';
import type { DocumentKind, ManagedKind } from '../../contract/documents/document.ts';
import type { Bodies, Document, Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { Programs } from './template-errors.ts';

/** A thing that keeps another from being deleted. */
export type User = { kind: DocumentKind; id: string; name: string };

/** A write that is being checked: nothing of it is stored yet. */
export type Draft<K extends ManagedKind> = {
  body: Bodies[K];
  /** The document as it is stored now; null when it is new. */
  before: Document<Bodies[K]> | null;
  /** Pointers of the secrets that are taken over from it. */
  kept: readonly string[];
  snapshot: Snapshot;
  programs: Programs;
};

/** What distinguishes one kind of document; everything else about reading and writing them is in this file. */
export type Kind<K extends ManagedKind> = {
  kind: K;
  input: z.ZodType;
  /** Fields that are one value: a patch that does not fit into what is stored replaces it. */
  wholes: readonly string[];
  /** Fields beyond those of every document that GET shows and a write ignores. */
  readOnly: readonly string[];
  /** What the server adds to what a person wrote. */
  complete(input: unknown, before: Document<Bodies[K]> | null, parent: string | null): unknown;
  /** Names are unique within a scope. */
  scopeOf(body: Bodies[K]): string;
  /** Throws AppError when the draft can't be saved; answers warnings. */
  check(draft: Draft<K>): string[];
  usersOf(id: string, snapshot: Snapshot): User[];
  isFixed?(id: string): boolean;
  /** What a rollback makes of an old version, when not all of it may come back: secrets that would be exposed may not. */
  rolledBack?(old: Bodies[K], present: Bodies[K]): Bodies[K];
  /** What GET adds to the body. */
  shownWith(
    document: Document<Bodies[K]>,
    snapshot: Snapshot,
  ): Record<string, unknown> | Promise<Record<string, unknown>>;
  /** Reads the name in a by-name path; null: the parent that it names does not exist. */
  placeOfName(name: string, snapshot: Snapshot): { name: string; parent: string | null };
  /** Puts ids where things are named. */
  withIds(json: Record<string, unknown>, snapshot: Snapshot): unknown;
};
