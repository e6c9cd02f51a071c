import type { CallInput, Client } from '../../src/client/client.ts';
import type { Delivery } from '../../src/contract/records/delivery.ts';
import { eventually } from '../support/eventually.ts';

export type Wired = { connectionId: string; destinationId: string; actionId: string; key: string };

type Bodies = {
  connection?: Partial<CallInput<'createConnection'>['body']>;
  destination?: Partial<CallInput<'createDestination'>['body']>;
};

let wirings = 0;

/** Creates a collector and an action that sends each of its events to `baseUrl`. May be called several times. */
export async function wire(client: Client, baseUrl: string, { connection, destination }: Bodies = {}): Promise<Wired> {
  const known = (await client.call('listCollectors')).data.at(0);
  const { key } = known ?? (await client.call('createCollector', { body: { name: 'Shop' } }));
  const name = `Wiring ${++wirings}`;
  const { id: connectionId } = await client.call('createConnection', { body: { name, baseUrl, ...connection } });
  const { id: destinationId } = await client.call('createDestination', {
    params: { id: connectionId },
    body: { name, path: '/in', status: 'enabled', ...destination },
  });
  const { id: actionId } = await client.call('createAction', {
    body: { name, description: 'Every event', status: 'enabled', destinations: [{ destinationId }] },
  });
  return { connectionId, destinationId, actionId, key };
}

const unfinished = ['pending', 'sending', 'retrying', 'held'] as const;

/** Waits until no delivery (of this destination) is unfinished; returns all of them, newest first. */
export async function untilFinished(client: Client, query: { destinationId?: string } = {}): Promise<Delivery[]> {
  for (const status of unfinished)
    await eventually(`no delivery to be ${status}`, async () => {
      const { data } = await client.call('listDeliveries', { query: { ...query, status, limit: 1 } });
      return data.length === 0;
    });
  // Between two readings, a delivery may have moved from a state that is read later to one that was read before.
  const isOpen = ({ status }: Delivery) => (unfinished as readonly string[]).includes(status);
  return eventually('every delivery to be finished', async () => {
    const all = await allDeliveries(client, query);
    return all.some(isOpen) ? null : all;
  });
}

/** All deliveries, newest first. */
export async function allDeliveries(client: Client, query: { destinationId?: string } = {}): Promise<Delivery[]> {
  return Array.fromAsync(client.list('listDeliveries', { query }));
}
