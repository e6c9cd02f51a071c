import { z } from 'zod';
import { ClientError, createClient } from '../client/client.ts';
import type { AlertTest } from '../contract/documents/alert.ts';
import type { Health } from '../contract/documents/connection.ts';
import type { Settings } from '../contract/documents/settings.ts';
import type { AuditEntry } from '../contract/records/audit.ts';
import type { Delivery } from '../contract/records/delivery.ts';
import type { EraseInput, Erasure } from '../contract/records/erasure.ts';
import type { Issue } from '../contract/records/issue.ts';
import type { Replay, ReplayPlan } from '../contract/records/replay.ts';
import type { Stats } from '../contract/records/stats.ts';
import type { SealingState } from '../contract/sealing.ts';
import { type Accounts, accountsOf } from './account-server.ts';
import { CommandError, exitCodes } from './exit.ts';
import { type Document, type Kind, kinds } from './kinds.ts';
import type { Program, RenderedTemplate, RenderTemplate } from './program.ts';

/** The operations on an issue. */
export type IssueVerb = 'acknowledge' | 'resolve' | 'mute' | 'unmute' | 'reopen';

type Filters = Record<string, string | number | undefined>;
type Applied = { document: Document; change: 'created' | 'changed' | 'unchanged' };

/** A running server as the commands use it. A refused request throws a CommandError. */
export type Server = {
  readonly url: string;
  /** Newest first, one page after the other. */
  list(kind: Kind, filters?: Filters): AsyncIterable<Document>;
  /** By id or by name; a destination's name is `Connection/Destination`. */
  find(kind: Kind, nameOrId: string): Promise<Document>;
  /** Creates or replaces by name. */
  apply(kind: Kind, name: string, body: Record<string, unknown>): Promise<Applied>;
  remove(kind: Kind, id: string): Promise<void>;
  testAlert(id: string): Promise<AlertTest>;
  readonly accounts: Accounts;
  deliveries(filters: Filters): AsyncIterable<Delivery>;
  delivery(id: string): Promise<Delivery>;
  issues(filters: Filters): AsyncIterable<Issue>;
  issue(id: string): Promise<Issue>;
  actOnIssue(id: string, verb: IssueVerb, body?: Record<string, unknown>): Promise<Issue>;
  stats(query: Pick<Stats, 'kind' | 'range'>): Promise<Stats>;
  /** The encryption keys, and the latest rotation. */
  sealing(): Promise<SealingState>;
  rotateSecrets(options: { newKey: boolean }): Promise<SealingState>;
  erase(whose: EraseInput): Promise<Erasure>;
  erasure(id: string): Promise<Erasure>;
  settings(): Promise<Settings>;
  changeSettings(patch: Record<string, unknown>): Promise<Settings>;
  audit(filters: Filters): AsyncIterable<AuditEntry>;
  replays(): AsyncIterable<Replay>;
  replay(id: string): Promise<Replay>;
  planReplay(body: Record<string, unknown>): Promise<ReplayPlan>;
  runReplay(body: Record<string, unknown>): Promise<Replay>;
  moveReplay(id: string, move: 'pause' | 'resume' | 'cancel'): Promise<Replay>;
  /** `probe` sends one held delivery of a connection with a hold; `release` sends all of them. */
  probe(id: string): Promise<Health>;
  release(id: string): Promise<{ released: number; health: Health }>;
  retry(id: string, options: { render: boolean }): Promise<Delivery>;
  render(input: RenderTemplate): Promise<RenderedTemplate>;
  /** Sends events to the collector with this key; returns their ids. */
  send(key: string, events: readonly Record<string, unknown>[]): Promise<string[]>;
  /** Sets how an inbox responds from its next request on. */
  setInboxRule(name: string, rule: { delayMs: number; failFirst: number }): Promise<void>;
  /** The values of /metrics, by metric and labels as written there. */
  counters(): Promise<Map<string, number>>;
};

const intakeAnswer = z.object({ ids: z.array(z.string()).optional(), detail: z.string().optional() });

/** A client for the server that the configuration names. */
export function connectTo({ url, adminToken }: Pick<Program['settings'], 'url' | 'adminToken'>): Server {
  const client = createClient({ url, token: adminToken?.reveal() ?? null });

  // Route ids are computed from `kinds` below, so the client's types can't follow them; the caller gives the type of
  // the response.
  async function call<Output>(routeId: string, input: CallInput = {}): Promise<Output> {
    return explained(url, () => (client.call as AnyCall)(routeId, input) as Promise<Output>);
  }

  async function* pages<Item>(routeId: string, input: CallInput = {}): AsyncIterable<Item> {
    const items = (client.list as AnyList)(routeId, input);
    for (;;) {
      const next = await explained(url, () => items.next());
      if (next.done === true) return;
      yield next.value as Item;
    }
  }

  async function* list(kind: Kind, filters: Filters = {}): AsyncIterable<Document> {
    const { connection, ...query } = filters;
    if (kind !== 'destination') return yield* pages<Document>(`list${kinds[kind].routes}s`, { query });
    const connections = connection === undefined ? list('connection') : [await find('connection', String(connection))];
    for await (const { id, name } of connections) {
      for await (const one of pages<Document>('listDestinations', { params: { id }, query })) {
        yield { ...one, connection: name };
      }
    }
  }

  async function findByName(kind: Kind, name: string): Promise<Document | null> {
    const slash = kind === 'destination' ? name.indexOf('/') : -1;
    const own = name.slice(slash + 1);
    for await (const one of list(kind, { name: own })) {
      const parents = [one['connection'], one['connectionId']];
      if (one.name === own && (slash === -1 || parents.includes(name.slice(0, slash)))) return one;
    }
    return null;
  }

  async function find(kind: Kind, nameOrId: string): Promise<Document> {
    if (/^[a-z]{3}_/.test(nameOrId)) return call(`get${kinds[kind].routes}`, { params: { id: nameOrId } });
    const found = await findByName(kind, nameOrId);
    if (found === null) throw new CommandError(exitCodes.refused, `No ${kind} has the name ${nameOrId}.`);
    return found;
  }

  return {
    url,
    list,
    find,
    async apply(kind, name, body) {
      const before = await findByName(kind, name).catch(absent);
      const document = await call<Document>(`apply${kinds[kind].routes}`, { params: { name }, body });
      const isSame = before?.version === document.version;
      return { document, change: before === null ? 'created' : isSame ? 'unchanged' : 'changed' };
    },
    async remove(kind, id) {
      await call(`delete${kinds[kind].routes}`, { params: { id } });
    },
    testAlert: (id) => call('testAlert', { params: { id } }),
    accounts: accountsOf({ call, pages }),
    deliveries: (query) => pages('listDeliveries', { query }),
    audit: (query) => pages('listAudit', { query }),
    delivery: (id) => call('getDelivery', { params: { id } }),
    issues: (query) => pages('listIssues', { query }),
    issue: (id) => call('getIssue', { params: { id } }),
    actOnIssue: (id, verb, body) => call(`${verb}Issue`, { params: { id }, ...(body === undefined ? {} : { body }) }),
    sealing: () => call('getSealing'),
    rotateSecrets: (body) => call('rotateSecrets', { body }),
    erase: (body) => call('eraseVisitor', { body }),
    erasure: (id) => call('getErasure', { params: { id } }),
    settings: () => call('getSettings'),
    changeSettings: (body) => call('changeSettings', { body }),
    stats: (query) => call('getStats', { query }),
    replays: () => pages('listReplays'),
    replay: (id) => call('getReplay', { params: { id } }),
    planReplay: (body) => call('createReplay', { body: { ...body, plan: true } }),
    runReplay: (body) => call('createReplay', { body }),
    moveReplay: (id, move) => call(`${move}Replay`, { params: { id } }),
    probe: (id) => call('probeConnection', { params: { id } }),
    release: (id) => call('releaseConnection', { params: { id } }),
    retry: (id, { render }) => call('retryDelivery', { params: { id }, body: { render } }),
    render: async (body) => (await call<{ result: RenderedTemplate }>('renderTemplate', { body })).result,
    async send(key, events) {
      const answer = await explained(url, () =>
        fetch(`${url}/v3/${encodeURIComponent(key)}`, { method: 'POST', body: JSON.stringify({ events }) }),
      );
      const said = intakeAnswer.safeParse(await answer.json().catch(() => null));
      if (answer.ok && said.data?.ids !== undefined) return said.data.ids;
      const code = answer.status >= 500 ? exitCodes.failed : exitCodes.refused;
      throw new CommandError(code, said.data?.detail ?? `The server responded with status ${answer.status}.`);
    },
    async setInboxRule(name, body) {
      await call('setInboxRule', { params: { name }, body });
    },
    async counters() {
      return countersOf(await call<string>('metrics'));
    },
  };
}

type CallInput = { params?: Record<string, string>; query?: Filters; body?: unknown };
type AnyCall = (routeId: string, input: CallInput) => Promise<unknown>;
type AnyList = (routeId: string, input: CallInput) => AsyncGenerator<unknown>;

function absent(error: unknown): null {
  if (error instanceof CommandError && error.exitCode === exitCodes.refused) return null;
  throw error;
}

/** Turns errors of a request into CommandErrors. */
async function explained<T>(url: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof ClientError && error.code !== 'network') {
      const fields = error.errors.map(({ pointer, detail }) => `\n  ${pointer}: ${detail}`);
      const hint = error.status === 401 ? ' Give a token with --token or MILLRACE_ADMIN_TOKEN.' : '';
      const code = error.status >= 500 ? exitCodes.failed : exitCodes.refused;
      throw new CommandError(code, `${error.message}${hint}${fields.join('')}`, { cause: error });
    }
    if (error instanceof ClientError || error instanceof TypeError) {
      const cause = codeOf(error) === undefined ? '' : ` (${codeOf(error)})`;
      throw new CommandError(
        exitCodes.unreachable,
        `No server responds at ${url}${cause}. Choose another with --url.`,
        {
          cause: error,
        },
      );
    }
    throw error;
  }
}

/** The system error code of a failed fetch, which is in the cause of its cause. */
function codeOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return 'code' in error && /^[A-Z]/.test(String(error.code)) ? error.code : codeOf(error.cause);
}

function countersOf(metrics: string): Map<string, number> {
  return new Map(
    Array.from(metrics.matchAll(/^(\w+(?:\{.*\})?) (\S+)$/gm), ([, name = '', value]) => [name, Number(value)]),
  );
}
