import { AppError } from '../../contract/errors.ts';
import type { Bodies, Document, Snapshot } from '../snapshot/snapshot.ts';

/** A thing that is tried out: `id` null where it is not stored, `draft` null where it is taken as it is stored. */
export type Draft<K extends 'action' | 'destination'> = { id: string | null; draft: Bodies[K] | null };

/** The document as it is stored (null: it is not) and as it is to be tried. Throws AppError `not_found`. */
export function draftDocument<K extends 'action' | 'destination'>(
  kind: K,
  { id, draft }: Draft<K>,
  { documents }: Snapshot,
): { stored: Document<Bodies[K]> | null; tried: Document<Bodies[K]> } {
  const ofKind = documents[kind] as ReadonlyMap<string, Document<Bodies[K]>>; // the map of this very kind
  const stored = id === null ? null : (ofKind.get(id) ?? null);
  if (stored !== null) return { stored, tried: draft === null ? stored : { ...stored, body: draft } };
  if (id !== null || draft === null) throw new AppError('not_found', `There is no ${kind} ${id}.`);
  const never = new Date(0).toISOString();
  const unsaved = { kind, id: `${kind === 'action' ? 'act' : 'dst'}_unsaved`, version: 0, body: draft };
  return { stored: null, tried: { ...unsaved, createdAt: never, updatedAt: never, updatedBy: '' } };
}
