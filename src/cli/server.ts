import { z } from 'zod';
import {
  type Arguments,
  ClientError,
  createClient,
  type Item,
  type ListId,
  type RouteResponse,
} from '../client/client.ts';
import type { TransferKind } from '../contract/documents/transfer-kinds.ts';
import { foldName } from '../contract/fold-name.ts';
import { idPrefixes } from '../contract/ids.ts';
import type { RouteId } from '../contract/routes.ts';
import { CommandError, exitCodes } from './exit.ts';
import { type Document, type Named, type NamedKind, nameOf } from './kinds.ts';
import type { Program } from './program.ts';

type Filters = Record<string, string | undefined>;
/** Options that name an action, a destination or a connection, by id or name. */
export type PlaceOptions = { [kind in 'action' | 'destination' | 'connection']?: string | undefined };

/** A running server as the commands use it. A refused request throws a CommandError. */
export type Server = ReturnType<typeof connectTo>;

const intakeResponse = z.object({ ids: z.array(z.string()).optional(), detail: z.string().optional() });

/** A client for the server that the configuration names. */
export function connectTo({ url, adminToken }: Pick<Program['settings'], 'url' | 'adminToken'>) {
  const client = createClient({ url, token: adminToken?.reveal() ?? null });

  async function call<Id extends RouteId>(id: Id, ...input: Arguments<Id>): Promise<RouteResponse<Id>> {
    for (const [name, value] of Object.entries(input[0]?.params ?? {}))
      if (value === '') throw new CommandError(exitCodes.usage, `The ${name} must not be empty.`);
    return explained(url, () => client.call(id, ...input));
  }

  async function* items<Id extends ListId>(id: Id, ...input: Arguments<Id>): AsyncGenerator<Item<Id>> {
    const all = client.list(id, ...input);
    for (;;) {
      const next = await explained(url, () => all.next());
      if (next.done === true) return;
      yield next.value;
    }
  }

  /** The objects of a kind, newest first. `connection` (id or name) selects the destinations of one connection. */
  async function* list<K extends NamedKind>(kind: K, filters: Filters = {}): AsyncGenerator<Named[K]> {
    const { connection, ...query } = filters;
    let all: AsyncIterable<unknown>;
    if (kind === 'ownToken') all = items('listMyTokens');
    else if (kind === 'destination') all = destinations(connection, query);
    else all = items(`list${routesOf(kind)}s` as 'listConnections', { query });
    for await (const one of all) yield one as Named[K]; // what the list of this kind contains
  }

  async function* destinations(of: string | undefined, query: Filters) {
    const connections = of === undefined ? list('connection') : [await find('connection', of)];
    for await (const { id, name } of connections)
      for await (const one of items('listDestinations', { params: { id }, query })) yield { ...one, connection: name };
  }

  async function allNamed<K extends NamedKind>(kind: K, name: string): Promise<Named[K][]> {
    const wanted = foldName(name);
    const found: Named[K][] = [];
    // All names in a path contain its last part.
    const part = kind === 'destination' ? name.slice(name.lastIndexOf('/') + 1) : name;
    for await (const one of list(kind, { [kind === 'user' ? 'email' : 'name']: part })) {
      const own = nameOf(one);
      const parents = 'connection' in one ? [one['connection'], one['connectionId']] : [];
      if ([own, ...parents.map((parent) => `${parent}/${own}`)].some((text) => foldName(text) === wanted))
        found.push(one);
    }
    return found;
  }

  /** By id or by name; a destination's name is `Connection/Destination`. */
  async function find<K extends NamedKind>(kind: K, nameOrId: string): Promise<Named[K]> {
    const called: Exclude<NamedKind, 'ownToken'> = kind === 'ownToken' ? 'token' : kind;
    if (new RegExp(`^${idPrefixes[called]}_[0-9a-z_]+$`).test(nameOrId)) {
      const one: unknown = await call(`get${routesOf(kind)}` as 'getConnection', { params: { id: nameOrId } });
      return one as Named[K]; // the response of the route of this kind
    }
    return onlyOne(called, nameOrId, await allNamed(kind, nameOrId));
  }

  /** The id of an object given by id or name; undefined for no name. */
  async function idOf(kind: NamedKind, nameOrId: string | undefined): Promise<string | undefined> {
    return nameOrId === undefined ? undefined : (await find(kind, nameOrId)).id;
  }

  return {
    url,
    /** Calls a route. */
    call,
    /** The items of a list, newest first, at most `limit`. */
    async items<Id extends ListId>(limit: number, id: Id, ...input: Arguments<Id>): Promise<Item<Id>[]> {
      const found: Item<Id>[] = [];
      for await (const one of items(id, ...input)) if (found.push(one) >= limit) break;
      return found;
    },
    list,
    find,
    idOf,
    /** The ids of an action, a destination and a connection, each given by id or name. */
    async idsOf({ action, destination, connection }: PlaceOptions) {
      return {
        actionId: await idOf('action', action),
        destinationId: await idOf('destination', destination),
        connectionId: await idOf('connection', connection),
      };
    },
    change: (kind: 'user' | 'role' | 'token', id: string, body: object): Promise<Named[typeof kind]> =>
      call(`change${routesOf(kind)}` as 'changeUser', { params: { id }, body }),
    restore: (kind: TransferKind, id: string): Promise<Document> =>
      call(`restore${routesOf(kind)}` as 'restoreConnection', { params: { id } }),
    async remove(kind: NamedKind, id: string): Promise<void> {
      await call(`delete${routesOf(kind)}` as 'deleteConnection', { params: { id } });
    },
    /** Sends events to the collector with this key; returns their ids. */
    send: (key: string, events: readonly Record<string, unknown>[]): Promise<string[]> =>
      sendEvents(url, `/v3/${encodeURIComponent(key)}`, events),
    /** The values of /metrics, by metric and labels as written there. */
    counters: async (): Promise<Map<string, number>> => countersIn(await call('metrics')),
  };
}

/** The part of the route ids that names a kind. The ids made from it are computed, so the types can't follow them. */
function routesOf(kind: NamedKind): string {
  return kind === 'ownToken' ? 'MyToken' : kind.charAt(0).toUpperCase() + kind.slice(1);
}

function onlyOne<One extends { id: string }>(kind: string, name: string, found: readonly One[]): One {
  const [first] = found;
  if (first === undefined) throw new CommandError(exitCodes.refused, `No ${kind} has the name ${name}.`);
  if (found.length === 1) return first;
  const ids = found.map(({ id }) => id).join(', ');
  const message = `${found.length} ${kind}s have the name ${name}. Use an id: ${ids}.`;
  throw new CommandError(exitCodes.refused, message);
}

async function sendEvents(url: string, path: string, events: readonly Record<string, unknown>[]): Promise<string[]> {
  const response = await explained(url, () =>
    fetch(`${url}${path}`, { method: 'POST', body: JSON.stringify({ events }) }),
  );
  const { data } = intakeResponse.safeParse(await response.json().catch(() => null));
  if (response.ok && data?.ids !== undefined) return data.ids;
  const code = response.status >= 500 ? exitCodes.failed : exitCodes.refused;
  throw new CommandError(code, data?.detail ?? `The server responded with status ${response.status}.`);
}

function countersIn(metrics: string): Map<string, number> {
  const lines = metrics.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm);
  return new Map(Array.from(lines, ([, name = '', value]) => [name, Number(value)]));
}

/** Turns errors of a request into CommandErrors. */
async function explained<T>(url: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ClientError && error.code !== 'network') {
      const problems = error.errors.map(({ pointer, detail }) => (pointer === '' ? detail : `${pointer}: ${detail}`));
      const fields = problems.filter((text) => text !== error.message).map((text) => `\n  ${text}`);
      const hint = error.status === 401 ? ' Give a token with --token or MILLRACE_ADMIN_TOKEN.' : '';
      const code = error.status >= 500 ? exitCodes.failed : exitCodes.refused;
      throw new CommandError(code, `${error.message}${hint}${fields.join('')}`, { cause: error });
    }
    if (error instanceof ClientError || error instanceof TypeError) {
      const cause = codeOf(error) === undefined ? '' : ` (${codeOf(error)})`;
      const message = `No server responds at ${url}${cause}. Choose another with --url.`;
      throw new CommandError(exitCodes.unreachable, message, { cause: error });
    }
    throw error;
  }
}

/** The system error code of a failed fetch, which is in the cause of its cause. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && /^[A-Z]/.test(String(error.code)) ? error.code : codeOf(error.cause);
}
