import { type Client, createClient } from '../../src/client/client.ts';
import { allRights } from '../../src/contract/accounts/rights.ts';
import { adminToken } from '../../test/support/process.ts';
import { placeholder, signIn } from './examples.ts';
import type { KeywordRequest } from './keyword-requests.ts';

const address = 'http://127.0.0.1:59999';

export type KeywordWorld = {
  token: string;
  /** The path of a request, of a thing that exists; it is a new one where the request changes it. */
  pathOf(request: KeywordRequest): Promise<string>;
  /** A text with ids and new names in place of its placeholders. */
  filled(text: string): string;
};

/** Things on a server, for requests that need one. */
export async function keywordWorld(url: string): Promise<KeywordWorld> {
  const admin = createClient({ url, token: adminToken });
  const { token } = await admin.call('createToken', {
    body: { name: 'keywords', rights: [...allRights], expiresAt: null },
  });
  const client = createClient({ url, token });
  let names = 0;
  const name = () => `nm${String(++names).padStart(9, '0')}`;
  const make = makers(client, name);
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
    if (kind === 'deliveries')
      return (await client.call('listDeliveries', { query: { limit: '1' } })).data[0]?.id ?? 'x';
    if (kind === 'issues') return (await client.call('listIssues', { query: { limit: '1' } })).data[0]?.id ?? 'x';
    const maker = make[kind as keyof typeof make] as undefined | (() => Promise<{ id: string | null }>); // a segment of a path
    if (maker === undefined) return 'x';
    const isChange =
      method === 'PATCH' ||
      method === 'DELETE' ||
      /\/(?:restore|rollback|rotate-key|pause|resume|cancel|stop)$/.test(path);
    const found = isChange ? undefined : kept.get(id);
    const made = found ?? (await maker()).id ?? 'x';
    kept.set(id, made);
    return made;
  }

  return {
    token,
    async pathOf(request) {
      const { path, id } = request;
      const kind = /\/([a-z]+)\/\{id\}/.exec(path)?.[1];
      const own = kind === undefined ? '' : await idFor(kind, request);
      if (path.endsWith('/restore'))
        await client.call(`delete${id.slice('restore'.length)}` as 'deleteConnection', { params: { id: own } }); // of its kind
      if (id === 'endPreviousKey') await client.call('rotateCollectorKey', { params: { id: own }, body: {} });
      const other = name();
      if (id === 'removeInboxRule') await client.call('setInboxRule', { params: { name: other }, body: {} });
      return path
        .replace('{id}', own)
        .replace('{key}', key)
        .replace('parameters/{name}', 'parameters/a')
        .replace('destinations/by-name/{name}', `destinations/by-name/${connectionName}%2F${other}`)
        .replace(/\{\w+\}/, other);
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
    replays: () => client.call('createReplay', { body: { of: 'events', filter: {} } }) as Promise<{ id: string }>, // no plan
    erasures: () => client.call('eraseVisitor', { body: { visitorId: name() } }),
  };
}
