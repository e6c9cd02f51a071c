import { type TransferKind, transferKindOf } from '../../../contract/documents/transfer-kinds.ts';
import { queryClient, routeOf } from '../../data/data.ts';
import { changes, parts, terms } from '../../messages/en.ts';
import { client } from '../../session/session.ts';
import { notifyDone, notifyFailed } from './notify.ts';

/** What can be deleted; the kinds that files hold can be restored. */
export type Deletable = { kind: TransferKind | 'role' | 'user' | 'token' | 'myToken'; id: string; name: string };

/** Says what a switch did, with Undo for ten seconds. */
export function notifyUndo(message: string, undo: () => void): void {
  notifyDone(message, { action: { label: terms.undo, run: undo } });
}

/** Deletes a document and offers to restore it. `onDeleted` leaves its page, before its data is loaded again. */
export async function deleteDocument({ kind, id, name }: Deletable, onDeleted?: () => void): Promise<void> {
  const inFiles = transferKindOf(kind);
  try {
    await client().call(routeOf('delete', kind), { params: { id } });
    onDeleted?.();
    const run = () => void (inFiles && restoreDocument({ kind: inFiles, id, name }));
    notifyDone(parts.deleted(name), inFiles === undefined ? {} : { action: { label: terms.restore, run } });
  } catch (error) {
    notifyFailed(error);
  }
  await queryClient.invalidateQueries();
}

/** Restores a deleted document. */
export async function restoreDocument({ kind, id, name }: Deletable & { kind: TransferKind }): Promise<void> {
  try {
    await client().call(routeOf('restore', kind), { params: { id } });
    notifyDone(changes.restored(name));
  } catch (error) {
    notifyFailed(error);
  }
  await queryClient.invalidateQueries();
}
