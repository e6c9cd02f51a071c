import type { TransferKind } from '../../../contract/documents/transfer-kinds.ts';
import { queryClient } from '../../data/query-client.ts';
import { changes } from '../../messages/en/changes.ts';
import { parts } from '../../messages/en/parts.ts';
import { client } from '../../session/session.ts';
import { notifyDone, notifyFailed } from '../notify.ts';

const routes = {
  connection: ['deleteConnection', 'restoreConnection'],
  destination: ['deleteDestination', 'restoreDestination'],
  action: ['deleteAction', 'restoreAction'],
  behavior: ['deleteBehavior', 'restoreBehavior'],
  collector: ['deleteCollector', 'restoreCollector'],
  alert: ['deleteAlert', 'restoreAlert'],
} as const satisfies Record<TransferKind, readonly string[]>;

type Document = { kind: TransferKind; id: string; name: string };

/** Says what a switch did, with Undo for ten seconds. */
export function notifyUndo(message: string, undo: () => void): void {
  notifyDone(message, { action: { label: changes.undo, run: undo } });
}

/** Deletes a document and offers to restore it. `onDeleted` leaves its page, before its data is loaded again. */
export async function deleteDocument(document: Document, onDeleted?: () => void): Promise<void> {
  const { kind, id, name } = document;
  const [remove] = routes[kind];
  try {
    await client().call(remove, { params: { id } });
    onDeleted?.();
    notifyDone(parts.deleted(name), {
      action: { label: changes.restore, run: () => void restoreDocument(document) },
    });
  } catch (error) {
    notifyFailed(error);
  }
  await queryClient.invalidateQueries();
}

/** Restores a deleted document. */
export async function restoreDocument({ kind, id, name }: Document): Promise<void> {
  const [, restore] = routes[kind];
  try {
    await client().call(restore as 'restoreConnection', { params: { id } }); // the routes of all kinds take the same
    notifyDone(changes.restored(name));
  } catch (error) {
    notifyFailed(error);
  }
  await queryClient.invalidateQueries();
}
