import type { Client } from '../../src/client/client.ts';

/** What people read, as the console asks for it. */
export async function reads(client: Client): Promise<Record<string, () => Promise<unknown>>> {
  const limit = 50;
  const { data } = await client.call('listDeliveries', { query: { limit, status: 'failed' } });
  const [one] = data;
  if (one === undefined || data.length < limit) throw new Error('There are too few failed deliveries.');
  const { id, eventId, actionId, destinationId, connectionId } = one;
  if (eventId === null || actionId === null) throw new Error('A delivery has no event.');
  const { data: events } = await client.call('listEvents', { query: { limit } });
  const visitorId = events.at(-1)?.visitorId ?? '';
  const name = events.at(-1)?.name ?? '';
  const deliveries = (query: object) => () => client.call('listDeliveries', { query: { limit, ...query } });
  const histogram = (query: object) => () => client.call('getDeliveryHistogram', { query });
  return {
    deliveries: deliveries({}),
    'deliveries, status failed': deliveries({ status: 'failed' }),
    'deliveries, status delivered': deliveries({ status: 'delivered' }),
    'deliveries of an action': deliveries({ actionId }),
    'deliveries of a destination': deliveries({ destinationId }),
    'failed deliveries of a destination': deliveries({ destinationId, status: 'failed' }),
    'deliveries of a connection': deliveries({ connectionId }),
    'deliveries of an event': deliveries({ eventId }),
    'deliveries, kind of error': deliveries({ errorKind: 'http_4xx' }),
    'deliveries, response 4xx': deliveries({ httpStatus: '4xx' }),
    'unresolved deliveries': deliveries({ unresolved: true }),
    'deliveries older than another': async () => {
      const { page } = await client.call('listDeliveries', { query: { limit } });
      await client.call('listDeliveries', { query: { limit, ...(page.next !== null && { cursor: page.next }) } });
    },
    'histogram of 24 hours': histogram({}),
    'histogram of a destination': histogram({ destinationId }),
    'histogram of failed deliveries': histogram({ status: 'failed' }),
    'a delivery': () => client.call('getDelivery', { params: { id } }),
    events: () => client.call('listEvents', { query: { limit } }),
    'events of a name': () => client.call('listEvents', { query: { limit, name } }),
    'events of a visitor': () => client.call('listEvents', { query: { limit, visitorId } }),
    'events of nobody': () => client.call('listEvents', { query: { limit, visitorId: 'nobody' } }),
    'outcomes of events': () =>
      client.call('getEventOutcomes', { query: { ids: events.map((event) => event.id).join(',') } }),
    'an event': () => client.call('getEvent', { params: { id: eventId } }),
    'statistics of 24 hours': () => client.call('getStats', { query: { kind: 'all', range: '24h' } }),
    'statistics of destinations': () => client.call('getStats', { query: { kind: 'destination', range: '7d' } }),
    state: () => client.call('getState'),
  };
}
