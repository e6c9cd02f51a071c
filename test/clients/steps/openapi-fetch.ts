import createClient from 'openapi-fetch';
import type { components, paths } from './generated/schema.ts';
import type { Steps } from './steps.ts';

type Schemas = components['schemas'];

export const steps: Steps = async ({ url, token, receiver }) => {
  const client = createClient<paths>({ baseUrl: url, headers: { authorization: `Bearer ${token}` } });

  const collector = dataOf(await client.POST('/api/v1/collectors', { body: { name: 'Shop' } }));
  const auth = { type: 'basic', username: 'crm', password: 'a-password' } as const;
  const created = await client.POST('/api/v1/connections', {
    body: { name: 'CRM', baseUrl: receiver, auth, settings: { headers: [{ name: 'X-Shop', value: 'one' }] } },
  });
  const connection = dataOf(created);
  const outcomes: Schemas['OutcomeRule'][] = [
    { when: { status: 200, json: { path: 'ok', equals: false } }, outcome: 'fail' },
  ];
  const destination = dataOf(
    await client.POST('/api/v1/connections/{id}/destinations', {
      params: { path: { id: connection.id } },
      body: { name: 'Orders', path: '/orders', status: 'enabled', settings: { outcomes } },
    }),
  );
  const mapping: Schemas['FieldMapping'][] = [
    { field: 'total', expression: 'Number(it.total)' },
    { field: 'kind', value: 'order', as: 'text' },
  ];
  const action = dataOf(
    await client.POST('/api/v1/actions', {
      body: {
        name: 'Orders',
        description: 'Every order',
        status: 'enabled',
        rules: { any: [{ parameter: 'wt.ev', operator: 'equals', value: 'buy' }, { not: { all: [] } }] },
        destinations: [{ destinationId: destination.id, mapping }],
      },
    }),
  );

  const accepted = dataOf(
    await client.POST('/v3/{key}', {
      params: { path: { key: collector.key } },
      body: {
        events: [
          { 'wt.ev': 'buy', total: '7.50' },
          { 'wt.ev': 'buy', total: '8' },
        ],
      },
    }),
  );
  const deliveries: string[] = [];
  while (deliveries.length < 2) {
    deliveries.length = 0;
    let cursor: string | null = null;
    do {
      const list: Schemas['DeliveryList'] = await deliveriesAfter(cursor);
      deliveries.push(...list.data.filter((one) => one.status === 'delivered').map((one) => one.eventId ?? ''));
      cursor = list.page.next;
    } while (cursor !== null);
  }

  const etag = created.response.headers.get('etag') ?? '';
  const params = { path: { id: connection.id }, header: { 'If-Match': etag } };
  const change = (description: string) => client.PATCH('/api/v1/connections/{id}', { params, body: { description } });
  const changed = dataOf(await change('Orders go here'));
  const stale = await change('Twice');
  const invalid = await client.POST('/api/v1/connections', { body: { name: '', baseUrl: receiver } });

  const byId = { params: { path: { id: action.id } } };
  const read = dataOf(await client.GET('/api/v1/actions/{id}', byId));
  const { name, description, status, rules, sources, destinations } = read;
  const body = { name, description, status, rules, sources, destinations };
  const written = dataOf(await client.PUT('/api/v1/actions/{id}', { ...byId, body }));
  const metrics = dataOf(await client.GET('/metrics', { parseAs: 'text' }));

  return {
    accepted: accepted.accepted,
    deliveries,
    etag,
    username: nameOf(changed.auth),
    description: changed.description,
    stale: stale.error?.code,
    invalid: invalid.error?.errors?.map(({ pointer }) => pointer),
    mapping: written.destinations[0]?.mapping,
    metrics: typeof metrics,
  };

  async function deliveriesAfter(cursor: string | null) {
    const query = { limit: 1, ...(cursor === null ? {} : { cursor }) };
    return dataOf(await client.GET('/api/v1/deliveries', { params: { query } }));
  }
};

function dataOf<T>({ data, error }: { data?: T; error?: Schemas['Problem'] }): T {
  if (data === undefined) throw new Error(error?.detail ?? 'no response');
  return data;
}

/** The discriminator tells the schemes apart. */
function nameOf(auth: Schemas['Auth']): string | null {
  return auth.type === 'basic' ? auth.username : null;
}
