import type { Client, ListId } from '../../../client/client.ts';
import { covers, type Right } from '../../../contract/accounts/rights.ts';
import { settings } from '../../messages/en/settings.ts';
import type { Documents, Fields, Kind, Planned } from './transfer.ts';

const lists = {
  connections: ['listConnections', 'connections:view', 'applyConnection'],
  destinations: ['listAllDestinations', 'connections:view', 'applyDestination'],
  behaviors: ['listBehaviors', 'behaviors:view', 'applyBehavior'],
  collectors: ['listCollectors', 'collectors:view', 'applyCollector'],
  actions: ['listActions', 'actions:view', 'applyAction'],
  alerts: ['listAlerts', 'settings:view', 'applyAlert'],
} as const satisfies Record<Kind, readonly [ListId, Right, string]>;

/** All documents that somebody with these rights may see. */
export async function loadDocuments(client: Client, granted: ReadonlySet<Right>): Promise<Documents> {
  const read = async (kind: Kind): Promise<Fields[]> => {
    const [id, right] = lists[kind];
    if (!covers(granted, right)) return [];
    return Array.fromAsync(client.list(id) as AsyncIterable<Fields>); // documents are objects
  };
  const [connections, destinations, behaviors, collectors, actions, alerts] = await Promise.all([
    read('connections'),
    read('destinations'),
    read('behaviors'),
    read('collectors'),
    read('actions'),
    read('alerts'),
  ]);
  return { connections, destinations, behaviors, collectors, actions, alerts };
}

/** Makes what was planned, one after the other; throws at the first that is refused and says which. */
export async function apply(client: Client, planned: readonly Planned[]): Promise<number> {
  for (const { kind, name, body } of planned) {
    try {
      await client.call(lists[kind][2], { params: { name }, body });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(settings.transfer.failed(name, reason), { cause: error });
    }
  }
  return planned.length;
}
