import {
  ActionsApi,
  CollectorsApi,
  Configuration,
  ConnectionsApi,
  DeliveriesApi,
  DestinationsApi,
  IntakeApi,
  OperatingApi,
  ResponseError,
} from './generated/index.ts';
import type { Steps } from './steps.ts';

/** With the client of openapi-generator for TypeScript with fetch. */
export const steps: Steps = async ({ url, token, receiver }) => {
  const configuration = new Configuration({ basePath: url, accessToken: token });
  const connections = new ConnectionsApi(configuration);
  const actions = new ActionsApi(configuration);
  const problemOf = (call: Promise<unknown>) =>
    call.then(
      () => null,
      async (error: unknown) => (error instanceof ResponseError ? error.response.json() : null),
    );

  const { key } = await new CollectorsApi(configuration).createCollector({ collectorInput: { name: 'Shop' } });
  const created = await connections.createConnectionRaw({
    connectionInput: {
      name: 'CRM',
      baseUrl: receiver,
      auth: { type: 'basic', username: 'crm', password: 'a-password' },
      settings: { headers: [{ name: 'X-Shop', value: 'one' }] },
    },
  });
  const { id } = await created.value();
  const destination = await new DestinationsApi(configuration).createDestination({
    id,
    destinationInput: {
      name: 'Orders',
      path: '/orders',
      status: 'enabled',
      settings: { outcomes: [{ when: { json: { path: 'ok', equals: false } }, outcome: 'fail' }] },
    },
  });
  const buy = { parameter: 'wt.ev', operator: 'equals', value: 'buy' } as const;
  const never = { not: { parameter: 'wt.ev', operator: 'exists' } } as const;
  const mapping = [
    { field: 'total', expression: 'Number(it.total)' },
    { field: 'kind', value: 'order', as: 'text' as const },
  ];
  const action = await actions.createAction({
    actionInput: {
      name: 'Orders',
      description: 'Every order',
      status: 'enabled',
      rules: { any: [buy, never] },
      destinations: [{ destinationId: destination.id, mapping }],
    },
  });

  const events = [
    { 'wt.ev': 'buy', total: '7.50' },
    { 'wt.ev': 'buy', total: '8' },
  ];
  const { accepted } = await new IntakeApi(configuration).sendEvents({ key, sendEventsRequest: { events } });
  const deliveries: string[] = [];
  while (deliveries.length < 2) {
    await new Promise<void>((resolve) => setTimeout(resolve, 100));
    deliveries.length = 0;
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const asked = cursor === undefined ? {} : { cursor };
      const { data, page } = await new DeliveriesApi(configuration).listDeliveries({ limit: 1, ...asked });
      for (const one of data) if (one.status === 'delivered') deliveries.push(one.eventId ?? '');
      cursor = page.next;
    }
  }

  const etag = created.raw.headers.get('etag') ?? '';
  const change = (description: string) =>
    connections.changeConnection({ id, ifMatch: etag, connectionPatch: { description } });
  const changed = await change('Orders go here');
  const stale = await problemOf(change('Twice'));
  const invalid = await problemOf(connections.createConnection({ connectionInput: { name: '', baseUrl: receiver } }));

  const { name, description, status, rules, destinations } = await actions.getAction({ id: action.id });
  const actionInput = { name, description, status, rules, destinations };
  const written = await actions.replaceAction({ id: action.id, actionInput });
  return {
    accepted,
    deliveries,
    etag,
    username: changed.auth.type === 'basic' ? changed.auth.username : null,
    description: changed.description,
    stale: stale?.code,
    invalid: invalid?.errors.map(({ pointer }: { pointer: string }) => pointer),
    mapping: written.destinations[0]?.mapping,
    metrics: typeof (await new OperatingApi(configuration).metrics()),
  };
};
