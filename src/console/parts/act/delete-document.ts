import type { TransferKind } from '../../../contract/documents/transfer-kinds.ts';
import { queryClient } from '../../data/query-client.ts';
import { changes, parts, terms } from '../../messages/en.ts';
import { client } from '../../session/session.ts';
import { notifyDone, notifyFailed } from './notify.ts';

const routes = {
  connection: ['deleteConnection', 'restoreConnection'],
  destination: ['deleteDestination', 'restoreDestination'],
  action: ['deleteAction', 'restoreAction'],
  behavior: ['deleteBehavior', 'restoreBehavior'],
  collector: ['deleteCollector', 'restoreCollector'],
  alert: ['deleteAlert', 'restoreAlert'],
  role: ['deleteRole'],
  user: ['deleteUser'],
  token: ['deleteToken'],
  ownToken: ['deleteMyToken'],
} as const satisfies Record<TransferKind | 'role' | 'user' | 'token' | 'ownToken', readonly string[]>;

/** What can be deleted; kinds with a second route can be restored. */
export type Deletable = { kind: keyof typeof routes; id: string; name: string };

/** Says what a switch did, with Undo for ten seconds. */
export function notifyUndo(message: string, undo: () => void): void {
  notifyDone(message, { action: { label: terms.undo, run: undo } });
}

/** Deletes a document and offers to restore it. `onDeleted` leaves its page, before its data is loaded again. */
export async function deleteDocument({ kind, id, name }: Deletable, onDeleted?: () => void): Promise<void> {
  const [remove, restore] = routes[kind];
  try {
    await client().call(remove, { params: { id } });
    onDeleted?.();
    const run = () => void restoreDocument({ kind: kind as TransferKind, id, name }); // has the second route
    notifyDone(parts.deleted(name), restore === undefined ? {} : { action: { label: terms.restore, run } });
  } catch (error) {
    notifyFailed(error);
  }
  await queryClient.invalidateQueries();
}

/** Restores a deleted document. */
export async function restoreDocument(document: Deletable & { kind: TransferKind }): Promise<void> {
  const { kind, id, name } = document;
  const [, restore] = routes[kind];
  try {
    await client().call(restore as 'restoreConnection', { params: { id } }); // the routes of all kinds take the same
    notifyDone(changes.restored(name));
  } catch (error) {
    notifyFailed(error);
  }
  await queryClient.invalidateQueries();
}
