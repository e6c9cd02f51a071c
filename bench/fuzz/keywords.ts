import { isDeepStrictEqual } from 'node:util';
import { Agent, request } from 'undici';
import { openApi } from '../../src/contract/openapi/openapi.ts';
import type { Description } from '../../src/contract/openapi/openapi-document.ts';
import { schemaFaults } from './json-schema.ts';
import { type KeywordRequest, keywordRequests } from './keyword-requests.ts';
import { startSignInServer } from './keyword-scenes.ts';
import { keywordWorld } from './keyword-world.ts';
import { isNamed, type Refusal } from './refusals.ts';

export type KeywordFigures = {
  requests: number;
  /** Requests that fit the document, and those of them that a description says are refused. */
  valid: number;
  named: number;
  invalid: number;
  statuses: Record<string, number>;
  /** Responses 503 with `Retry-After`, by operation and detail. */
  unavailable: Record<string, number>;
  /** Operations without a single successful response. */
  neverSucceeded: string[];
  faults: string[];
};

type Answer = { status: number; retryAfter: boolean; problem: { detail?: string; errors?: Refusal[] } };

const workers = 8;
const largeBytes = 1_000_000;

/**
 * Sends `count` of the requests that try the keywords of /openapi.json, first one of each operation, to the product in its own
 * process. A response is a fault when it is 5xx, when a request that fits is refused for its form and no description says
 * so, and when one that does not fit is accepted.
 */
export async function fuzzKeywords({ count, seed }: { count: number; seed: number }): Promise<KeywordFigures> {
  const description: Description = JSON.parse(JSON.stringify(openApi({ version: '0', url: null })));
  await using at = await startSignInServer();
  const { url } = at.server;
  const world = await keywordWorld(at);
  const agent = new Agent({ connections: workers, pipelining: 1 });
  const figures: KeywordFigures = {
    requests: 0,
    valid: 0,
    named: 0,
    invalid: 0,
    statuses: {},
    unavailable: {},
    neverSucceeded: [],
    faults: [],
  };
  const all = [...keywordRequests(description)];
  const chosen = chosenOf(all, count, seed);
  const succeeded = new Set<string>();

  async function send(one: KeywordRequest): Promise<Answer> {
    const { path, body: own = one.body, headers: credentials, after } = await world.placeOf(one);
    const search = new URLSearchParams(
      Object.entries(one.query).map(([key, value]): [string, string] => [key, world.filled(value)]),
    );
    const body = own === undefined ? null : world.filled(JSON.stringify(own));
    const type: Record<string, string> = body === null ? {} : { 'content-type': 'application/json' };
    const headers = { authorization: `Bearer ${world.token}`, ...type, ...credentials, ...one.headers };
    const address = search.size === 0 ? `${url}${path}` : `${url}${path}?${search}`;
    const response = await request(address, { dispatcher: agent, method: one.method as 'GET', headers, body }); // of the document
    const text = await response.body.text();
    await after?.();
    const { statusCode: status } = response;
    if (status === 429) throw new Error(`${one.id} is over a rate limit`);
    return { status, retryAfter: 'retry-after' in response.headers, problem: status < 400 ? {} : JSON.parse(text) };
  }

  // The server takes one large import at a time.
  let large = Promise.resolve();
  const waiting = chosen[Symbol.iterator]();
  async function work() {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) {
      const one = next.value;
      const isLarge = JSON.stringify(one.body ?? null).length > largeBytes;
      const sent = isLarge ? large.then(() => send(one)) : send(one);
      if (isLarge) large = sent.then(() => {});
      const answer = await sent;
      const { status } = answer;
      figures.requests += 1;
      const isValid = one.faults().length === 0;
      figures[isValid ? 'valid' : 'invalid'] += 1;
      figures.statuses[status] = (figures.statuses[status] ?? 0) + 1;
      if (status === 503) {
        const key = `${one.id}: ${answer.problem.detail}`;
        figures.unavailable[key] = (figures.unavailable[key] ?? 0) + 1;
      }
      if (status < 400 && isValid) succeeded.add(one.id);
      const verdict = verdictOf(one, answer, description);
      if (verdict === 'named') figures.named += 1;
      else if (verdict !== null)
        figures.faults.push(
          `${verdict}: ${JSON.stringify(one).slice(0, 800)} → ${JSON.stringify(answer).slice(0, 400)}`,
        );
    }
  }
  await Promise.all(Array.from({ length: workers }, work));
  await agent.destroy();
  figures.neverSucceeded = [...new Set(all.map(({ id }) => id))].filter((id) => !succeeded.has(id));
  return figures;
}

/** What is wrong with a response to a request; `named`: it refuses what a description says; null: nothing. */
export function verdictOf(
  one: KeywordRequest,
  { status, retryAfter, problem }: Answer,
  description: Description,
): string | null {
  if (status >= 500) return status === 503 && retryAfter ? null : 'failed';
  const faults = one.faults();
  if (faults.length > 0)
    return status < 400 && !leavesOutAlone(one, description) ? `accepted in spite of ${faults[0]}` : null;
  // Others refuse for the state of things: 401, 403, 404, 409, 412, 429.
  if (![400, 413, 415, 422].includes(status)) return null;
  const operation = description.paths[one.path]?.[one.method.toLowerCase()];
  if (operation === undefined) throw new Error(`no ${one.method} ${one.path}`);
  const refusals = problem.errors ?? [{ pointer: '', detail: problem.detail ?? '' }];
  return refusals.every((refusal) => isNamed(refusal, operation, description)) ? 'named' : 'refused';
}

/** Whether a body is wrong in members alone that can say nothing, or remove a member of a patch: taken or refused. */
function leavesOutAlone({ method, path, body }: KeywordRequest, { paths, components }: Description): boolean {
  const [described] = Object.values(paths[path]?.[method.toLowerCase()]?.requestBody?.content ?? {});
  const rest = withoutNothing(body);
  if (described === undefined || isDeepStrictEqual(rest, body)) return false;
  return schemaFaults(rest, described.schema, components.schemas).length === 0;
}

/** The lists among the members of objects with several forms. */
const listsOfForms = new Set(['all', 'any']);

function withoutNothing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object' || value === null) return value;
  const isNothing = (key: string, one: unknown) =>
    one === null || (listsOfForms.has(key) && Array.isArray(one) && one.length === 0);
  const kept = Object.entries(value).filter(([key, one]) => !isNothing(key, one));
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutNothing(one)]));
}

/** One request of each operation, and others in an order by a seed. */
function chosenOf(all: readonly KeywordRequest[], count: number, seed: number): KeywordRequest[] {
  const first = all.filter(({ keyword }) => keyword === 'base');
  const others = all.filter(({ keyword }) => keyword !== 'base');
  const step = coprime(others.length, seed);
  const rest = Math.min(others.length, Math.max(0, count - first.length));
  return [...first, ...Array.from({ length: rest }, (_, i) => others[(i * step + seed) % others.length] ?? [])].flat();
}

/** A step that meets each of `size` things once. */
function coprime(size: number, seed: number): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = (seed * 7_919) % size || 1;
  while (divisor(step, size) !== 1) step += 1;
  return step;
}
