import type { Client, RouteResponse } from '../../../client/client.ts';
import { welcome } from '../../messages/en.ts';

const { names } = welcome;

/** What the quick start makes. */
export type QuickStart = {
  collector: RouteResponse<'getCollector'>;
  connection: RouteResponse<'getConnection'>;
  destination: RouteResponse<'getDestination'>;
  action: RouteResponse<'getAction'>;
};

/**
 * Makes the quick start that sends to an address, through the routes that anybody would use. Things are made by name, so
 * that a second try goes on where the first one failed.
 */
export async function makeQuickStart(client: Client, address: URL): Promise<QuickStart> {
  const { origin, pathname, search } = address;
  const folder = pathname.slice(0, pathname.lastIndexOf('/'));
  const collector = await client.call('applyCollector', { params: { name: names.collector }, body: {} });
  const connection = await client.call('applyConnection', {
    params: { name: names.connection },
    body: { description: names.description, baseUrl: `${origin}${folder}` },
  });
  const destination = await client.call('applyDestination', {
    params: { name: `${names.connection}/${names.destination}` },
    body: { description: names.description, path: `${pathname.slice(folder.length)}${search}`, status: 'enabled' },
  });
  const action = await client.call('applyAction', {
    params: { name: names.action },
    body: {
      description: names.actionDescription,
      status: 'enabled',
      rules: { all: [{ parameter: 'source.collectorId', operator: 'equals', value: collector.id }] },
      destinations: [{ destinationId: destination.id }],
    },
  });
  return { collector, connection, destination, action };
}

/** The quick start as it is on the server, or null when it is not whole. */
export async function findQuickStart(client: Client): Promise<QuickStart | null> {
  const [collectors, connections, destinations, actions] = await Promise.all([
    client.call('listCollectors', { query: { name: names.collector } }),
    client.call('listConnections', { query: { name: names.connection } }),
    client.call('listAllDestinations', { query: { name: names.destination } }),
    client.call('listActions', { query: { name: names.action } }),
  ]);
  const collector = collectors.data.find(({ name }) => name === names.collector);
  const connection = connections.data.find(({ name }) => name === names.connection);
  const destination = destinations.data.find(({ connectionId }) => connectionId === connection?.id);
  const action = actions.data.find(({ name }) => name === names.action);
  if (collector === undefined || connection === undefined || destination === undefined || action === undefined)
    return null;
  return { collector, connection, destination, action };
}
