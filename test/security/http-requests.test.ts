import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { buildConsole, isConsoleStale } from '../../scripts/console.ts';
import { adminClient, environment, errorLines, spawnProcess } from '../support/process.ts';
import { credentials, methods, paths, queries } from './http/addresses.ts';
import { type Attack, aimed } from './http/attack.ts';
import { conditions, syntax, types, values } from './http/documents.ts';
import { speak } from './http/exchange.ts';
import { cutShort, framing } from './http/framing.ts';
import { headerLines, hosts, requestLines } from './http/heads.ts';
import { intake } from './http/intake.ts';
import { heardFaults } from './http/judge.ts';
import { pipelines } from './http/pipelines.ts';

const families = [
  framing,
  cutShort,
  requestLines,
  headerLines,
  hosts,
  paths,
  methods,
  queries,
  credentials,
  types,
  syntax,
  values,
  conditions,
  intake,
];
const corpus: readonly Attack[] = families.flat();
const atOnce = 24;
const memoryGrowthMax = 48 * 1_048_576;
const probe = Buffer.from('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');

/**
 * Each attack has its own source address, where the system has many, so that rate limits do not affect other attacks.
 */
const fromOf = (n: number) => (process.platform === 'linux' ? `127.9.${n >> 8}.${n & 255}` : '127.0.0.1');

type Aim = { port: number; names: Record<string, string>; ms?: number };

/** The failure of an attack's defence; nothing when it held. */
async function faultsOf(attack: Attack, n: number, { port, names, ms = 60_000 }: Aim): Promise<string[]> {
  const { isHead, isCutShort, statuses } = attack;
  const bytes = aimed(attack.bytes, names);
  const heard = await speak({
    port,
    ms,
    bytes,
    from: fromOf(n),
    isHead,
    ...(isCutShort ? { answers: 1 } : { next: probe }),
  });
  const [first, second] = heard.answers;
  const faults = heardFaults(heard, isCutShort ? 1 : 2);
  if (!statuses.includes(first?.status ?? 0))
    faults.push(`answered ${first?.status} ${first?.body.toString('latin1').slice(0, 200)}`);
  // A connection that is still open continues with the next request, and with nothing else.
  if (!isCutShort && second !== undefined && !(second.status === 200 && second.body.includes('"alive"')))
    faults.push(`took something for the next request: ${second.status}`);
  if (!isCutShort && !heard.isClosed) faults.push('hangs');
  return faults.map((fault) => `${attack.mechanism}: ${fault}`);
}

async function faultsOfAll(aim: Aim): Promise<string[]> {
  const faults: string[] = [];
  const waiting = corpus.entries();
  const run = async () => {
    for (const [n, attack] of waiting) faults.push(...(await faultsOf(attack, n, aim)));
  };
  await Promise.all(Array.from({ length: atOnce }, run));
  return faults;
}

async function makeThings(url: string): Promise<Record<string, string>> {
  const client = adminClient(url);
  const collector = await client.call('createCollector', { body: { name: 'C' } });
  const connection = await client.call('createConnection', { body: { name: 'C', baseUrl: 'https://crm.example' } });
  const destination = await client.call('createDestination', { params: { id: connection.id }, body: { name: 'D' } });
  const action = await client.call('createAction', { body: { name: 'A', description: 'x' } });
  const behavior = await client.call('createBehavior', { body: { name: 'B', condition: { all: [] } } });
  return {
    key: collector.key,
    col: collector.id,
    con: connection.id,
    dst: destination.id,
    act: action.id,
    beh: behavior.id,
  };
}

function memoryOf(pid: number): number {
  if (process.platform !== 'linux') return 0;
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1_024;
}

// The console's pages and assets are attacked too.
before(async () => {
  if (isConsoleStale()) await buildConsole();
});

test('the corpus has at least 400 different attacks, each once', () => {
  const mechanisms = [...corpus.map((one) => one.mechanism), ...pipelines.map(([what]) => what)];
  assert.equal(new Set(mechanisms).size, mechanisms.length);
  assert.equal(new Set(corpus.map((one) => one.bytes.toString('latin1'))).size, corpus.length);
  assert.ok(mechanisms.length >= 400, `${mechanisms.length}`);
});

test('no hostile request ends in 5xx, reveals internals, hangs, confuses the next request, or leaves anything behind', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'millrace-hostile-'));
  await using running = spawnProcess({ ...environment(dir), MILLRACE_INBOX: 'on', MILLRACE_LOG_LEVEL: 'error' });
  const url = await running.listening;
  const aim = { port: Number(new URL(url).port), names: await makeThings(url) };
  assert.deepEqual(await faultsOfAll(aim), []);
  const before = memoryOf(running.pid);
  for (const [what, bytes, ...statuses] of pipelines) {
    const heard = await speak({ port: aim.port, bytes: Buffer.from(bytes), answers: statuses.length });
    assert.deepEqual([what, ...heard.answers.map((one) => one.status)], [what, ...statuses]);
    assert.deepEqual([what, ...heardFaults(heard, statuses.length)], [what]);
  }
  await faultsOfAll(aim);
  const grown = memoryOf(running.pid) - before;
  assert.ok(grown < memoryGrowthMax, `the server grew by ${grown >> 20} MiB`);
  assert.equal(process.kill(running.pid, 0), true);
  const client = adminClient(url);
  assert.equal((await client.call('getConnection', { params: { id: aim.names['con'] ?? '' } })).name, 'C');
  assert.match(await client.call('metrics'), /^millrace_failures_total 0$/m);
  assert.deepEqual(errorLines(running.stdout()), []);
  await rm(dir, { recursive: true, force: true });
});

test('the corpus detects a permissive server wherever a request should be refused', async () => {
  const polite = { 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox', 'x-request-id': 'r' };
  const careless = createServer({ insecureHTTPParser: true, requireHostHeader: false }, (request, response) => {
    const body = '{"status":"alive"}';
    request.resume().on('end', () => response.writeHead(200, { ...polite, 'content-length': body.length }).end(body));
  });
  await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
  const { port } = careless.address() as AddressInfo; // it listens on a port
  const faults = await faultsOfAll({ port, names: {}, ms: 2_000 });
  careless.close();
  careless.closeAllConnections();
  const caught = new Set(faults.map((fault) => fault.split(': ', 2).join(': ')));
  const missed = corpus.filter(({ mechanism, statuses }) => !caught.has(mechanism) && !statuses.includes(200));
  assert.deepEqual(missed, []);
  assert.ok(caught.size >= 0.8 * corpus.length, `${caught.size} of ${corpus.length}`);
});
