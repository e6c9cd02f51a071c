import { type Client, createClient } from '../../src/client/client.ts';
import { allRights } from '../../src/contract/accounts/rights.ts';
import { eventually } from '../../test/support/eventually.ts';
import { adminToken } from '../../test/support/process.ts';
import { placeholder, signIn } from './examples.ts';
import type { KeywordRequest } from './keyword-requests.ts';
import { keywordScenes, type Scene, type SignInServer } from './keyword-scenes.ts';

const address = 'http://127.0.0.1:59999';

export type KeywordWorld = {
  token: string;
  /** The path of a request, of a thing that exists; it is a new one where the request changes it. With its scene. */
  placeOf(request: KeywordRequest): Promise<Scene & { path: string }>;
  /** A text with ids and new names in place of its placeholders. */
  filled(text: string): string;
};

/** Things on a server, for requests that need one. */
export async function keywordWorld(at: SignInServer): Promise<KeywordWorld> {
  const { url } = at.server;
  const admin = createClient({ url, token: adminToken });
  const { token } = await admin.call('createToken', {
    body: { name: 'keywords', rights: [...allRights], expiresAt: null },
  });
  const client = createClient({ url, token });
  let names = 0;
  const name = () => `nm${String(++names).padStart(9, '0')}`;
  const sceneOf = keywordScenes(at, { client, token, name });
  const make = { ...makers(client, name), ...(await recordMakers({ url, client, name })) };
  const [con, dst, beh, col, rol, usr] = await Promise.all(
    (['connections', 'destinations', 'behaviors', 'collectors', 'roles', 'users'] as const).map((kind) => make[kind]()),
  );
  if (con === undefined || dst === undefined || col === undefined) throw new Error('nothing was made');
  const act = await client.call('createAction', {
    body: {
      name: name(),
      description: 'Every event',
      status: 'enabled',
      destinations: [{ destinationId: dst.id }],
    },
  });
  const { key } = await client.call('getCollector', { params: { id: col.id } });
  const sent = await fetch(`${url}/v3/${key}`, { method: 'POST', body: JSON.stringify({ events: [{ a: '1' }] }) });
  const { ids: events }: { ids: string[] } = JSON.parse(await sent.text());
  await client.call('createUser', { body: { ...signIn, roleIds: [] } });
  const { name: connectionName } = await client.call('getConnection', { params: { id: con.id } });
  const { name: destinationName } = await client.call('getDestination', { params: { id: dst.id } });
  const known: Record<string, string | undefined> = {
    con: con.id,
    dst: dst.id,
    act: act.id,
    beh: beh?.id,
    col: col.id,
  };
  Object.assign(known, { rol: rol?.id, usr: usr?.id, evt: events[0], dlv: `dlv_${'0'.repeat(26)}` });
  const kept = new Map<string, string>();

  async function idFor(kind: string, { method, id, path }: KeywordRequest): Promise<string> {
    if (kind === 'events') return events[0] ?? '';
    // Of a request that was sent.
    if (id === 'getDeliveryCurl')
      return (await client.call('testDestination', { params: { id: dst?.id ?? '' }, body: { event: { data: {} } } }))
        .id;
    const maker = make[kind as keyof typeof make] as undefined | (() => Promise<{ id: string | null }>); // a segment of a path
    if (maker === undefined) return 'x';
    const isChange =
      method === 'PATCH' ||
      method === 'DELETE' ||
      /\/(?:restore|rollback|rotate-key|pause|resume|cancel|retry|stop)$/.test(path);
    const found = isChange ? undefined : kept.get(id);
    const made = found ?? (await maker()).id ?? 'x';
    kept.set(id, made);
    return made;
  }

  /** Brings a thing into the state that an operation needs. */
  const before: { [operation: string]: (id: string) => Promise<unknown> } = {
    endPreviousKey: (id) => client.call('rotateCollectorKey', { params: { id }, body: {} }),
    retryDelivery: (id) => client.call('cancelDelivery', { params: { id } }),
    unmuteIssue: (id) => client.call('muteIssue', { params: { id }, body: { until: '2099-01-01T00:00:00Z' } }),
    reopenIssue: (id) => client.call('resolveIssue', { params: { id } }),
    resumeReplay: (id) => client.call('pauseReplay', { params: { id } }),
  };

  return {
    token,
    async placeOf(request) {
      const { path, id, keyword } = request;
      const scene = await sceneOf(request);
      const kind = /\/([a-z]+)\/\{id\}/.exec(path)?.[1];
      const own = scene.id ?? (kind === undefined ? '' : await idFor(kind, request));
      if (path.endsWith('/restore'))
        await client.call(`delete${id.slice('restore'.length)}` as 'deleteConnection', { params: { id: own } }); // of its kind
      if (keyword === 'base' || id === 'endPreviousKey') await before[id]?.(own);
      const other = scene.id ?? name();
      if (id === 'removeInboxRule') await client.call('setInboxRule', { params: { name: other }, body: {} });
      const filled = path
        .replace('{id}', own)
        .replace('{key}', key)
        .replace('parameters/{name}', 'parameters/a')
        .replace('destinations/by-name/{name}', `destinations/by-name/${connectionName}%2F${other}`)
        .replace(/\{\w+\}/, other);
      return { ...scene, path: filled };
    },
    filled: (text) =>
      text.replaceAll(placeholder, (all, kind?: string) => {
        if (all.startsWith('~name')) return name();
        if (all === '~con/~dst') return `${connectionName}/${destinationName}`;
        return kind === undefined ? connectionName : (known[kind] ?? '');
      }),
  };
}

function makers(client: Client, name: () => string) {
  const token = () => client.call('createMyToken', { body: { name: name(), rights: [], expiresAt: null } });
  const connections = () => client.call('createConnection', { body: { name: name(), baseUrl: address } });
  return {
    connections,
    destinations: async () => {
      const { id } = await connections();
      return client.call('createDestination', { params: { id }, body: { name: name(), status: 'enabled' } });
    },
    actions: () =>
      client.call('createAction', {
        body: { name: name(), description: 'x', rules: { parameter: 'a', operator: 'equals', value: '1' } },
      }),
    behaviors: () => client.call('createBehavior', { body: { name: name(), condition: { all: [] } } }),
    collectors: () => client.call('createCollector', { body: { name: name() } }),
    alerts: () => client.call('createAlert', { body: { type: 'webhook', name: name(), settings: { url: address } } }),
    roles: () => client.call('createRole', { body: { name: name(), rights: [] } }),
    users: () => client.call('createUser', { body: { email: `${name()}@example.com` } }),
    // A token creates at most 100 others: then all of them make room.
    tokens: () =>
      token().catch(async () => {
        await client.call('deleteMyTokens');
        return token();
      }),
    traces: () => client.call('startTrace', { body: { name: name() } }),
    erasures: () => client.call('eraseVisitor', { body: { visitorId: name() } }),
  };
}

type Making = { url: string; client: Client; name: () => string };

/** Deliveries that are held, issues, and replays that are not finished. */
async function recordMakers({ url, client, name }: Making) {
  const collector = await client.call('createCollector', { body: { name: name() } });

  /** An action that sends every event with this parameter to a destination of its own. */
  async function wired(parameter: string, template: string) {
    const { id } = await client.call('createConnection', { body: { name: name(), baseUrl: address } });
    const body = { name: name(), status: 'enabled', template } as const;
    const destination = await client.call('createDestination', { params: { id }, body });
    const action = await client.call('createAction', {
      body: {
        ...{ name: name(), description: 'x', status: 'enabled', rules: { parameter, operator: 'exists' } },
        destinations: [{ destinationId: destination.id }],
      },
    });
    return { destinationId: destination.id, actionId: action.id };
  }

  /** The id of a new event. Intake refuses events for a while when another request has changed the settings of storage. */
  function send(parameter: string): Promise<string> {
    const body = JSON.stringify({ events: [{ [parameter]: '1' }] });
    let refusal = '';
    return eventually(
      'an event to be accepted',
      async () => {
        const sent = await fetch(`${url}/v3/${collector.key}`, { method: 'POST', body });
        const text = await sent.text();
        if (sent.status !== 200) refusal = `${sent.status} ${text}`;
        const { ids = [] }: { ids?: string[] } = JSON.parse(text);
        return ids[0] ?? null;
      },
      { state: () => refusal },
    );
  }

  const held = await wired('held', 'text');
  await client.call('changeDestination', { params: { id: held.destinationId }, body: { status: 'paused' } });

  return {
    async deliveries() {
      const eventId = await send('held');
      return eventually('a held delivery', async () => {
        const { data } = await client.call('listDeliveries', { query: { eventId } });
        return data[0]?.status === 'held' ? data[0] : null;
      });
    },
    async issues() {
      const parameter = name();
      const { destinationId } = await wired(parameter, '{{! fail("on purpose"); }}');
      await send(parameter);
      return eventually('an issue', async () => {
        const { data } = await client.call('listIssues', { query: { destinationId } });
        return data[0] ?? null;
      });
    },
    async rejected() {
      const refused = await fetch(`${url}/v3/unknown`, { method: 'POST', body: '{"events":[]}' });
      return { id: refused.headers.get('x-request-id') ?? '' };
    },
    // Of an event that fires nothing: one whose deliveries wait already would leave nothing to do, and the replay would be done.
    replays: async () =>
      client.call('createReplay', {
        body: {
          ...{ of: 'events', ids: [await send('unmatched')], only: 'all' },
          to: { actionId: held.actionId, ignoreRules: true },
        },
      }) as Promise<{ id: string }>, // no plan
  };
}
