import fc from 'fast-check';
import { Agent, request } from 'undici';
import { createClient } from '../../src/client/client.ts';
import { allRights } from '../../src/contract/accounts/rights.ts';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import { type RouteId, routes } from '../../src/contract/routes.ts';
import { adminToken, errorLines } from '../../test/support/process.ts';
import { answerFaults } from './answer-faults.ts';
import { startFuzzServer } from './fuzz-server.ts';
import { type Generated, requestsOf } from './generate.ts';

export type FuzzFigures = {
  requests: number;
  /** The number of responses by status. */
  statuses: Record<string, number>;
  /** Operations without a single successful response. */
  neverSucceeded: string[];
  faults: string[];
};

const workers = 12;
const faultsMax = 20;
const batch = 500;
const eventBody = JSON.stringify({ events: [{ 'wt.ev': 'buy', a: 1, 'wt.dcsvid': 'v' }] });

/** Skipped: a stream never ends, and the tokens of the fuzz are needed. */
const left: ReadonlySet<RouteId> = new Set<RouteId>(['streamEvents', 'deleteMyTokens']);

/**
 * Sends requests generated from the schemas of the route table, valid and invalid ones, to the product in its own
 * process. No response may be 5xx, and each must fit /openapi.json.
 */
export async function fuzzRequests({ count, seed }: { count: number; seed: number }): Promise<FuzzFigures> {
  await using server = await startFuzzServer();
  const { url, running } = server;
  const things = await makeThings(url);
  const description = openApi({ version: '0', url: null });
  const operations = routes.filter((route) => !left.has(route.id));
  const arbitrary = fc.oneof(...operations.map((route) => requestsOf(route, description)));
  const agent = new Agent({ connections: workers, pipelining: 1 });
  const figures: FuzzFigures = { requests: 0, statuses: {}, neverSucceeded: [], faults: [] };
  const succeeded = new Set<string>();

  async function send(generated: Generated, token: string): Promise<void> {
    const { route } = generated;
    const target = filled(generated.target, things);
    const headers: Record<string, string> = { authorization: `Bearer ${token}`, ...generated.headers };
    const body = generated.body === undefined ? null : filled(generated.body, things);
    const answer = await request(`${url}${target}`, { dispatcher: agent, method: generated.method, headers, body });
    const text = await answer.body.text();
    figures.requests += 1;
    const { statusCode } = answer;
    figures.statuses[statusCode] = (figures.statuses[statusCode] ?? 0) + 1;
    if (statusCode < 300) succeeded.add(route.id);
    const faults = answerFaults(
      { route, method: generated.method, status: statusCode, headers: answer.headers, text },
      description,
    );
    if (faults.length > 0 && figures.faults.length < faultsMax)
      figures.faults.push(
        `${generated.method} ${target} ${JSON.stringify(generated.headers)} ${body?.slice(0, 1_500)} → ${statusCode} ${text.slice(0, 300)}: ${faults.slice(0, 3).join('; ')}`,
      );
    remember(things, text);
  }

  async function work(waiting: Iterator<Generated>, token: string) {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) await send(next.value, token);
  }

  const tokens = await makeTokens(url);
  for (let made = 0; made < count; made += batch) {
    const numRuns = Math.min(batch, count - made);
    const waiting = fc.sample(arbitrary, { numRuns, seed: seed + made })[Symbol.iterator]();
    await Promise.all(tokens.map((token) => work(waiting, token)));
  }
  await agent.destroy();
  figures.neverSucceeded = operations.map((one) => one.id).filter((id) => !succeeded.has(id));
  const died = await Promise.race([running.exited.then(() => 'the server ended'), Promise.resolve(null)]);
  if (died !== null) figures.faults.push(died);
  const logged = errorLines(running.stdout());
  if (logged.length > 0) figures.faults.push(`the server logged ${logged.join('\n').slice(0, 2_000)}`);
  return figures;
}

/** Ids by prefix; the first of each stays. */
type Things = Map<string, string[]>;

async function makeThings(url: string): Promise<Things> {
  const client = createClient({ url, token: adminToken });
  const collector = await client.call('createCollector', { body: { name: 'C' } });
  const connection = await client.call('createConnection', { body: { name: 'C', baseUrl: 'http://127.0.0.1:59999' } });
  const destination = await client.call('createDestination', {
    params: { id: connection.id },
    body: { name: 'D', status: 'enabled' },
  });
  const action = await client.call('createAction', {
    body: {
      name: 'A',
      description: 'x',
      status: 'enabled',
      rules: { all: [] },
      destinations: [{ destinationId: destination.id }],
    },
  });
  const behavior = await client.call('createBehavior', { body: { name: 'B', condition: { all: [] } } });
  const answer = await fetch(`${url}/v3/${collector.key}`, { method: 'POST', body: eventBody });
  const { ids } = (await answer.json()) as { ids: string[] }; // the response of intake
  const all = [collector.id, connection.id, destination.id, action.id, behavior.id, ...ids];
  const things: Things = new Map();
  for (const id of all) keep(things, id);
  return things;
}

async function makeTokens(url: string): Promise<string[]> {
  const client = createClient({ url, token: adminToken });
  const make = (_: unknown, n: number) =>
    client.call('createToken', { body: { name: `fuzz ${n}`, rights: [...allRights], expiresAt: null } });
  return (await Promise.all(Array.from({ length: workers }, make))).map((one) => one.token);
}

const idsMax = 20;

function keep(things: Things, id: string) {
  const kind = id.slice(0, 3);
  const known = things.get(kind) ?? [];
  things.set(kind, known);
  if (known.includes(id)) return;
  known.push(id);
  if (known.length > idsMax) known.splice(1, 1);
}

/** Stores the ids of a response, except tokens, so that the fuzz does not revoke its own. */
function remember(things: Things, text: string) {
  for (const [id] of text.slice(0, 20_000).matchAll(/\b(con|dst|act|beh|col|evt|dlv|usr|rol|trc)_[0-9a-z]{26}\b/g))
    keep(things, id);
}

let turn = 0;

function filled(text: string, things: Things): string {
  return text.replaceAll(/@(con|dst|act|beh|col|evt|dlv|usr|rol|trc|tok|ses)/g, (_, kind: string) => {
    const known = things.get(kind) ?? [];
    turn += 1;
    return known[turn % Math.max(1, known.length)] ?? `${kind}_none`;
  });
}
