import { createClient, createConfig } from './generated/client/index.ts';
import type { Auth, FieldMapping, OutcomeRule } from './generated/index.ts';
import * as api from './generated/index.ts';
import type { Steps } from './steps.ts';

export const steps: Steps = async ({ url, token, receiver }) => {
  const client = createClient(createConfig({ baseUrl: url, auth: token }));
  const calls = { client, throwOnError: true } as const;

  const { data: collector } = await api.createCollector({ ...calls, body: { name: 'Shop' } });
  const auth = { type: 'basic', username: 'crm', password: 'a-password' } as const;
  const { data: connection, response: created } = await api.createConnection({
    ...calls,
    body: { name: 'CRM', baseUrl: receiver, auth, settings: { headers: [{ name: 'X-Shop', value: 'one' }] } },
  });
  const outcomes: OutcomeRule[] = [{ when: { status: 200, json: { path: 'ok', equals: false } }, outcome: 'fail' }];
  const { data: destination } = await api.createDestination({
    ...calls,
    path: { id: connection.id },
    body: { name: 'Orders', path: '/orders', status: 'enabled', settings: { outcomes } },
  });
  const mapping: FieldMapping[] = [
    { field: 'total', expression: 'Number(it.total)' },
    { field: 'kind', value: 'order', as: 'text' },
  ];
  const { data: action } = await api.createAction({
    ...calls,
    body: {
      name: 'Orders',
      description: 'Every order',
      status: 'enabled',
      rules: { any: [{ parameter: 'wt.ev', operator: 'equals', value: 'buy' }, { not: { all: [] } }] },
      destinations: [{ destinationId: destination.id, mapping }],
    },
  });

  const { data: accepted } = await api.sendEvents({
    ...calls,
    path: { key: collector.key },
    body: {
      events: [
        { 'wt.ev': 'buy', total: '7.50' },
        { 'wt.ev': 'buy', total: '8' },
      ],
    },
  });
  const deliveries: string[] = [];
  while (deliveries.length < 2) {
    deliveries.length = 0;
    let cursor: string | null = null;
    do {
      const { data: list }: Awaited<ReturnType<typeof firstDeliveries>> = await firstDeliveries(cursor);
      deliveries.push(...list.data.filter((one) => one.status === 'delivered').map((one) => one.eventId ?? ''));
      cursor = list.page.next;
    } while (cursor !== null);
  }

  const etag = created.headers.get('etag') ?? '';
  const change = { ...calls, path: { id: connection.id }, headers: { 'If-Match': etag } };
  const { data: changed } = await api.changeConnection({ ...change, body: { description: 'Orders go here' } });
  const stale = await api.changeConnection({ ...change, throwOnError: false, body: { description: 'Twice' } });
  const invalid = await api.createConnection({ client, body: { name: '', baseUrl: receiver } });

  const { data: read } = await api.getAction({ ...calls, path: { id: action.id } });
  const { name, description, status, rules, sources, destinations } = read;
  const body = { name, description, status, rules, sources, destinations };
  const { data: written } = await api.replaceAction({ ...calls, path: { id: action.id }, body });
  const { data: metrics } = await api.metrics({ ...calls, parseAs: 'text' });

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

  function firstDeliveries(cursor: string | null) {
    return api.listDeliveries({ ...calls, query: { limit: 1, ...(cursor === null ? {} : { cursor }) } });
  }
};

/** The discriminator tells the schemes apart. */
function nameOf(auth: Auth): string | null {
  return auth.type === 'basic' ? auth.username : null;
}
