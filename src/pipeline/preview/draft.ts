import type { ConnectionBody } from '../../contract/documents/connection.ts';
import { AppError } from '../../contract/errors.ts';
import type { Bodies, Document, Snapshot } from '../snapshot/snapshot.ts';

/** An object to test: `id` null: it is not stored; `draft` null: it is used as stored. */
export type Draft<K extends 'action' | 'destination'> = { id: string | null; draft: Bodies[K] | null };

/** The stored document (null: none) and the one to test. Throws AppError `not_found`. */
export function draftDocument<K extends 'action' | 'destination'>(
  kind: K,
  { id, draft }: Draft<K>,
  { documents }: Snapshot,
): { stored: Document<Bodies[K]> | null; tried: Document<Bodies[K]> } {
  const ofKind = documents[kind] as ReadonlyMap<string, Document<Bodies[K]>>; // the map of this kind
  const stored = id === null ? null : (ofKind.get(id) ?? null);
  if (stored !== null) return { stored, tried: draft === null ? stored : { ...stored, body: draft } };
  if (id !== null || draft === null) throw new AppError('not_found', `There is no ${kind} ${id}.`);
  const never = new Date(0).toISOString();
  const unsaved = { kind, id: `${kind === 'action' ? 'act' : 'dst'}_unsaved`, version: 0, body: draft };
  return { stored: null, tried: { ...unsaved, createdAt: never, updatedAt: never, updatedBy: '' } };
}

/** The same for a destination, with the connection of the one to test. */
export function draftDestination(destination: Draft<'destination'>, snapshot: Snapshot) {
  const { stored, tried } = draftDocument('destination', destination, snapshot);
  const { connectionId } = tried.body;
  const connection: Document<ConnectionBody> | undefined = snapshot.documents.connection.get(connectionId);
  if (connection === undefined) throw new AppError('not_found', `There is no connection ${connectionId}.`);
  return { stored, tried, connection };
}
