import type { z } from 'zod';
import type { usedByActions } from '../../contract/documents/document-routes.ts';
import type { Snapshot } from '../../pipeline/snapshot/snapshot.ts';
import type { Call } from '../call/call.ts';

type Documents = Pick<Snapshot['documents'], 'action' | 'destination'>;
type Users = ReadonlyMap<string, ReadonlySet<string>>;

const found = new WeakMap<Documents, Users>();

/** The ids of the actions that send to each destination, and through each connection; found once for a snapshot. */
function usersIn(documents: Documents): Users {
  const known = found.get(documents);
  if (known !== undefined) return known;
  const users = new Map<string, Set<string>>();
  const add = (id: string, action: string) => {
    const those = users.get(id);
    if (those === undefined) users.set(id, new Set([action]));
    else those.add(action);
  };
  for (const { id, body } of documents.action.values())
    for (const { destinationId } of body.destinations) {
      add(destinationId, id);
      const connectionId = documents.destination.get(destinationId)?.body.connectionId;
      if (connectionId !== undefined) add(connectionId, id);
    }
  found.set(documents, users);
  return users;
}

/** Whether an action sends to a destination, or through a connection. */
export const isUsed = (id: string, { documents }: Snapshot): boolean => usersIn(documents).has(id);

const namedMax = 5;

/** The actions that send to a destination, or through a connection; null: the caller may not see actions. */
export function usedBy(id: string, { documents }: Snapshot, may: Call['may']): z.output<typeof usedByActions> {
  if (!may('actions:view')) return null;
  const users = [...(usersIn(documents).get(id) ?? [])];
  const first = users
    .slice(0, namedMax)
    .map((action) => ({ id: action, name: documents.action.get(action)?.body.name ?? '' }));
  return { count: users.length, first };
}

/** How many destinations a connection has, and how many of them are enabled. */
export function destinationCounts(id: string, snapshot: Snapshot) {
  const all = [...snapshot.destinationsOf(id)].flatMap((one) => snapshot.documents.destination.get(one) ?? []);
  const enabled = all.filter(({ body }) => body.status === 'enabled');
  return { destinations: all.length, enabledDestinations: enabled.length };
}
