import { seededRandom } from '../../src/cli/demo/random.ts';
import type { CallInput, ClientError, RouteResponse } from '../../src/client/client.ts';
import type { Delivery, DeliveryStatus } from '../../src/contract/records/delivery.ts';
import type { Issue } from '../../src/contract/records/issue.ts';
import { type Driven, type TestApp, type Wired, wire } from './app.ts';
import type { Receiver } from './receiver.ts';

/** What happens in a history, and how often in relation to the others. */
const acts = {
  send: 10,
  answer: 4,
  pauseConnection: 3,
  pauseDestination: 3,
  disableDestination: 1,
  enableAll: 1,
  retry: 2,
  cancel: 2,
  replay: 2,
  release: 1,
  resolve: 1,
} as const;
type Act = keyof typeof acts;

const answers = [200, 200, 422, 503] as const;

/** A system with two destinations, another one with one, and a random past: what was sent, answered, held, replayed. */
export async function randomHistory(
  app: Driven,
  receiver: Receiver,
  { seed, steps }: { seed: number; steps: number },
): Promise<{ wired: Wired[]; done: string[] }> {
  const { client } = app;
  const random = seededRandom(seed);
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T; // of a list that is not empty
  const wired = await wireTwo(app, receiver);
  const done: string[] = [];
  const newest = async (status: 'failed' | 'held' | 'retrying') =>
    (await client.call('listDeliveries', { query: { status, limit: 20 } })).data;

  const does: Record<Act, () => Promise<unknown>> = {
    send: () => one(wired).send(...Array.from({ length: 1 + Math.floor(random() * 5) }, (_, n) => ({ n }))),
    answer: async () => receiver.answer(one(paths), { status: one(answers) }),
    pauseConnection() {
      const { connection } = one(wired);
      return client.call('changeConnection', { params: connection, body: { status: one(['paused', 'enabled']) } });
    },
    pauseDestination() {
      const { destination } = one(wired);
      return client.call('changeDestination', { params: destination, body: { status: one(['paused', 'enabled']) } });
    },
    disableDestination() {
      const { destination } = one(wired);
      return client.call('changeDestination', { params: destination, body: { status: 'disabled' } });
    },
    async enableAll() {
      for (const { connection, destination } of wired) {
        await client.call('changeConnection', { params: connection, body: { status: 'enabled' } });
        await client.call('changeDestination', { params: destination, body: { status: 'enabled' } });
      }
    },
    async retry() {
      const found = await newest('failed');
      if (found.length > 0) await client.call('retryDelivery', { params: { id: one(found).id } });
    },
    async cancel() {
      const found = await newest(one(['held', 'retrying']));
      if (found.length > 0) await client.call('cancelDelivery', { params: { id: one(found).id } });
    },
    replay: () => client.call('createReplay', { body: { of: 'deliveries', filter: { status: 'failed' } } }),
    release: () => client.call('releaseConnection', { params: one(wired).connection }),
    async resolve() {
      const open = (await client.call('listIssues', { query: { state: 'open' } })).data;
      if (open.length > 0) await client.call('resolveIssue', { params: { id: one(open).id } });
    },
  };

  const drawn = Object.entries(acts).flatMap(([act, times]) => Array<Act>(times).fill(act as Act)); // a key of `acts`
  for (let step = 0; step < steps; step++) {
    const act = one(drawn);
    done.push(act);
    // What is too late by now, such as a cancellation of what was just sent, is refused.
    await does[act]().catch((error: ClientError) => {
      if (error.status !== 409) throw error;
    });
  }
  return { wired, done };
}

const paths = ['/orders', '/carts', '/send'] as const;

async function wireTwo(app: Driven, receiver: Receiver): Promise<Wired[]> {
  const [orders, carts, send] = paths;
  const crm = await wire(app, receiver, { connection: { name: 'CRM' }, destination: { name: 'Orders', path: orders } });
  const mail = await wire(app, receiver, { connection: { name: 'Mail' }, destination: { name: 'Send', path: send } });
  const destination = await app.client.call('createDestination', {
    params: { id: crm.connection.id },
    body: { name: 'Carts', path: carts, status: 'enabled' },
  });
  const rules = { parameter: 'cart', operator: 'exists' as const };
  const action = await app.client.call('createAction', {
    body: {
      name: 'Carts',
      description: 'Events with a cart',
      status: 'enabled',
      rules,
      destinations: [{ destinationId: destination.id }],
    },
  });
  return [
    crm,
    mail,
    { ...crm, destination, action, send: (...events) => crm.send(...events.map((one) => ({ ...one, cart: 1 }))) },
  ];
}

/** Deliveries that are held, failed with nothing after, and pending. */
export type Tally = { held: number; failed: number; pending: number };
type Tallies = Readonly<Record<string, Tally>>;

/** The same facts from each place that tells them, by its name, and from the list of all deliveries, counted here. */
type Told = { truth: Facts; places: Readonly<Record<string, Partial<Facts>>> };
type Facts = {
  all: Tally;
  connections: Tallies;
  destinations: Tallies;
  /** By connection, without those that have none. */
  heldOf: Readonly<Record<string, number>>;
  failedOf: Readonly<Record<string, number>>;
  openIssues: number;
  /** Held deliveries of the subject of each open issue, and what is still undelivered of its error, by its id. */
  issues: Readonly<Record<string, { held: number; undelivered: number | null }>>;
  oldestPendingAt: string | null;
};

/** What each place says now; null while something is in flight. */
export async function toldOf(app: TestApp): Promise<Told | null> {
  const { client } = app;
  const state = await client.call('getState');
  if (state.sending > 0) return null;
  const deliveries = await Array.fromAsync(client.list('listDeliveries'));
  const open = { state: 'open,acknowledged' as const };
  const issues = await Array.fromAsync(client.list('listIssues', { query: open }));
  const unresolved = new Set(unresolvedIn(deliveries));
  const isOpen = (one: Delivery) => one.status !== 'failed' || unresolved.has(one);
  const tally = (of: readonly Delivery[]): Tally => {
    const count = (...statuses: DeliveryStatus[]) =>
      of.filter((one) => statuses.includes(one.status) && isOpen(one)).length;
    return { held: count('held'), failed: count('failed'), pending: count('pending', 'retrying') };
  };
  const by = (member: 'connectionId' | 'destinationId') => {
    const groups = [...Map.groupBy(deliveries, (one) => one[member])];
    return Object.fromEntries(groups.map(([id, of]) => [id, tally(of)] as const).filter(([, of]) => isAny(of)));
  };
  const connections = by('connectionId');
  const waiting = deliveries.filter(({ status }) => status === 'pending' || status === 'retrying');
  const truth: Facts = {
    all: tally(deliveries),
    connections,
    destinations: by('destinationId'),
    heldOf: numbers(connections, 'held'),
    failedOf: numbers(connections, 'failed'),
    openIssues: issues.length,
    issues: Object.fromEntries(
      issues.map(({ id, connectionId, destinationId, errorKind }) => {
        const at = deliveries.filter((one) =>
          destinationId === null ? one.connectionId === connectionId : one.destinationId === destinationId,
        );
        const failed = at.filter((one) => one.errorKind === errorKind && unresolved.has(one)).length;
        return [
          id,
          { held: tally(at).held, undelivered: destinationId === null || errorKind === null ? null : failed },
        ];
      }),
    ),
    oldestPendingAt: waiting.map(({ createdAt }) => createdAt).sort()[0] ?? null,
  };
  return {
    truth,
    places: {
      'GET /state': { ...factsOf(state), oldestPendingAt: state.oldestPendingAt },
      'GET /state of each connection': { connections: await ofEach(app, Object.keys(connections)) },
      'the chips of the list': { all: await chipsOf(app) },
      'the filters of the list': { all: await filteredOf(app) },
      'the issues': { issues: await issuesOf(app, issues) },
      '/metrics': await metricsOf(app),
    },
  };
}

/**
 * Failed deliveries after which nothing came: of those that repeat each other, none was delivered, and it is the newest.
 */
function unresolvedIn(deliveries: readonly Delivery[]): Delivery[] {
  const families = Map.groupBy(deliveries, ({ id, replayOf }) => replayOf ?? id);
  return [...families.values()].flatMap((family) => {
    const newest = family.toSorted((a, b) => (a.id < b.id ? 1 : -1))[0];
    return newest?.status !== 'failed' || family.some(({ status }) => status === 'delivered') ? [] : [newest];
  });
}

const isAny = ({ held, failed, pending }: Tally) => held + failed + pending > 0;
const tallyOf = ({ held, failed, pending }: Tally): Tally => ({ held, failed, pending });
const talliesOf = (of: readonly (Tally & { id: string })[]): Tallies =>
  Object.fromEntries(of.filter(isAny).map((one) => [one.id, tallyOf(one)]));
const numbers = (of: Tallies, member: keyof Tally) =>
  Object.fromEntries(
    Object.entries(of)
      .map(([id, one]) => [id, one[member]] as const)
      .filter(([, n]) => n > 0),
  );

const factsOf = (state: RouteResponse<'getState'>) => ({
  all: tallyOf(state),
  connections: talliesOf(state.connections),
  destinations: talliesOf(state.destinations),
});

async function ofEach({ client }: Driven, ids: readonly string[]): Promise<Tallies> {
  const each = ids.map(async (id) => ({ id, ...(await client.call('getState', { query: { connectionId: id } })) }));
  return talliesOf(await Promise.all(each));
}

async function chipsOf({ client }: Driven): Promise<Tally> {
  const query = { buckets: '1', countUnresolved: 'true' } as const;
  const { totals, unresolved = 0 } = await client.call('getDeliveryHistogram', { query });
  return { held: totals.held ?? 0, failed: unresolved, pending: (totals.pending ?? 0) + (totals.retrying ?? 0) };
}

async function filteredOf({ client }: Driven): Promise<Tally> {
  const count = async (query: NonNullable<CallInput<'listDeliveries'>['query']>) =>
    (await Array.fromAsync(client.list('listDeliveries', { query }))).length;
  return {
    held: await count({ status: 'held' }),
    failed: await count({ unresolved: 'true' }),
    pending: (await count({ status: 'pending' })) + (await count({ status: 'retrying' })),
  };
}

/** As the pages of issues ask: the held ones are a member, the undelivered ones are counted. */
async function issuesOf({ client }: Driven, issues: readonly Issue[]): Promise<Facts['issues']> {
  const each = issues.map(async ({ id, held, destinationId, errorKind }) => {
    if (destinationId === null || errorKind === null) return [id, { held, undelivered: null }] as const;
    const query = { status: 'failed', unresolved: 'true', destinationId, errorKind, buckets: '1' } as const;
    const { totals } = await client.call('getDeliveryHistogram', { query });
    return [id, { held, undelivered: totals.failed ?? 0 }] as const;
  });
  return Object.fromEntries(await Promise.all(each));
}

async function metricsOf(app: TestApp): Promise<Partial<Facts>> {
  const text = await app.metrics();
  const gauge = (name: string) =>
    Object.fromEntries(
      [...text.matchAll(new RegExp(`^${name}\\{.*connection="([^"]+)".*\\} (\\d+)$`, 'gm'))].map(([, id, n]) => [
        id,
        Number(n),
      ]),
    );
  return {
    heldOf: gauge('millrace_connection_held'),
    failedOf: gauge('millrace_connection_failed'),
    openIssues: Number(/^millrace_issues_open(?:\{.*\})? (\d+)$/m.exec(text)?.[1]),
  };
}
