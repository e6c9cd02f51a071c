import type { Reason } from '../../contract/records/delivery.ts';
import type { LoggedDelivery } from '../../journal/journal.ts';
import type { Documents } from '../snapshot/snapshot.ts';

const rejections: ReadonlySet<Reason | null> = new Set<Reason>(['http_3xx', 'http_4xx', 'template_error']);

/** Whether the receiver rejected a delivery, or its template failed: the same body likely ends the same way. */
export function wasRejected({ status, reason }: LoggedDelivery): boolean {
  return status !== 'delivered' && rejections.has(reason);
}

/**
 * Whether what a delivery was made from differs now: its destination or action has another version, or its connection, whose
 * version is not stored with it, was changed after it ended.
 */
export function hasChanged(
  { actionId, actionVersion, destinationId, destinationVersion, connectionId, createdAt, finishedAt }: LoggedDelivery,
  documents: Documents,
): boolean {
  const action = actionId === null ? undefined : documents.action.get(actionId);
  if (action !== undefined && action.version !== actionVersion) return true;
  const destination = documents.destination.get(destinationId);
  if (destination !== undefined && destination.version !== destinationVersion) return true;
  const connection = documents.connection.get(connectionId);
  return connection !== undefined && Date.parse(connection.updatedAt) > (finishedAt ?? createdAt);
}
