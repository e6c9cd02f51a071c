import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { clientFiles } from '../../scripts/clients/client-files.ts';
import { adminToken, startTestApp, type TestApp } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';
import { everyTrouble, unreliableWay } from '../support/unreliable-way.ts';

// The client in clients/typescript; npm run test:clients tries the one in clients/python.

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
// By a variable: the client is compiled with its own, looser options, which its generated part needs.
const client = `${root}clients/typescript/src/millrace.ts`;
const { Millrace, items, ifMatch, ProblemError } = await import(client);

let app: TestApp;
before(async () => {
  app = await startTestApp();
});
after(() => app[Symbol.asyncDispose]());
const connect = () => new Millrace({ url: app.url, token: adminToken });

test('the generated parts of the clients are those of the document: npm run clients', async () => {
  const files = await clientFiles();
  const stale = files.filter(({ path, text }) => readFileSync(root + path, 'utf8') !== text);
  assert.deepEqual(
    stale.map(({ path }) => path),
    [],
  );
  const generated = globSync('clients/typescript/src/generated/**/*.ts', { cwd: root });
  assert.equal(generated.length, files.filter(({ path }) => path.includes('/generated/')).length);
});

test('the TypeScript client and its example compile in strict mode, and need no package', async () => {
  const compiler = [`${root}node_modules/typescript7/bin/tsc`, '-p', `${root}clients/typescript`];
  const { stdout } = await run(process.execPath, compiler).catch((error) => error);
  assert.equal(stdout, '');
  const { dependencies } = JSON.parse(readFileSync(`${root}clients/typescript/package.json`, 'utf8'));
  assert.equal(dependencies, undefined);
});

test('from nothing to listed deliveries takes fifteen lines, which run', async () => {
  await using receiver = await startReceiver();
  await using own = await startTestApp();
  const example = `${root}clients/typescript/examples/first-delivery.ts`;
  const lines = readFileSync(example, 'utf8').split('\n');
  assert.ok(lines.filter((line) => line !== '').length <= 15);
  const env = { ...process.env, MILLRACE_URL: own.url, MILLRACE_TOKEN: adminToken, CRM_URL: receiver.url };
  const { stdout } = await run(process.execPath, ['--disable-warning=ExperimentalWarning', example], { env });
  assert.match(stdout, /^(dlv_\w+ \w+\n){3}$/);
});

test('the examples of the documentation are those that run, in fifteen lines at most', () => {
  const examples = [
    ['docs/client-typescript.md', 'clients/typescript/examples/first-delivery.ts'],
    ['docs/client-python.md', 'clients/python/examples/first_delivery.py'],
  ];
  for (const [page = '', file = ''] of examples) {
    const code = readFileSync(root + file, 'utf8').replace(
      "'../src/millrace.ts'; // elsewhere: 'millrace-client'",
      "'millrace-client';",
    );
    assert.ok(readFileSync(root + page, 'utf8').includes(`\n${code}\`\`\``), page);
    assert.ok(code.split('\n').filter((line) => line !== '').length <= 15, file);
  }
});

test('an error is thrown with its code, its fields and its request', async () => {
  const error = await connect()
    .createConnection({ body: { name: '', baseUrl: 'https://crm.example' } })
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof ProblemError);
  assert.deepEqual([error.status, error.code, error.errors[0].pointer], [422, 'invalid_value', '/name']);
  assert.match(error.requestId, /./);
});

test('all pages are listed in their order, and a change of an older version is refused', async () => {
  const millrace = connect();
  for (const name of ['P1', 'P2', 'P3']) await millrace.createCollector({ body: { name } });
  const names: string[] = [];
  for await (const { name } of items((page: object) => millrace.listCollectors({ query: { ...page, limit: 1 } })))
    names.push(name);
  assert.deepEqual(names, ['P3', 'P2', 'P1']);
  const [collector] = (await millrace.listCollectors({ query: { name: 'P1' } })).data;
  const change = { path: { id: collector.id }, headers: ifMatch(collector), body: { status: 'disabled' } };
  assert.equal((await millrace.changeCollector(change)).version, 2);
  await assert.rejects(millrace.changeCollector(change), { code: 'version_mismatch' });
});

/** A server that responds with these statuses in turn, then with 200 and `{}`. */
async function refusing(statuses: number[]) {
  const seen: { method: string; key: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const key = request.headers['idempotency-key'];
    const body = (await request.toArray()).join('');
    seen.push({ method: request.method ?? '', key: key?.toString(), body });
    const status = statuses.shift() ?? 200;
    if (status === 0) return response.destroy();
    const problem = { code: 'unavailable', detail: 'Later', status };
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status === 200 ? {} : problem));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens
  return {
    seen,
    millrace: new Millrace({ url: `http://127.0.0.1:${port}`, token: 't', retries: 2 }),
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

test('a creation without a response, or refused for now, is repeated under the same Idempotency-Key', async () => {
  await using server = await refusing([0, 503]);
  await server.millrace.createCollector({ body: { name: 'Shop' } });
  assert.equal(server.seen.length, 3);
  assert.equal(new Set(server.seen.map(({ key }) => key)).size, 1);
  assert.match(server.seen[0]?.key ?? '', /^[0-9a-f-]{36}$/);
});

test('what is not safe to repeat is sent once, but again over a rate limit; repetitions end', async () => {
  await using once = await refusing([503]);
  await assert.rejects(once.millrace.createToken({ body: { name: 'x', rights: [] } }), {
    status: 503,
    message: 'Later',
  });
  assert.deepEqual([once.seen.length, once.seen[0]?.key], [1, undefined]);
  await using limited = await refusing([429]);
  await limited.millrace.createToken({ body: { name: 'x', rights: [] } });
  assert.equal(limited.seen.length, 2);
  await using always = await refusing([503, 503, 503, 503]);
  await assert.rejects(always.millrace.listCollectors(), { status: 503 });
  assert.equal(always.seen.length, 3);
});

test('a sender fills batches in order, and the program waits while the server has not taken enough', async () => {
  await using server = await refusing([503]);
  const sender = server.millrace.sender('key', { batchMax: 2, waitMs: 60_000, waitingBytesMax: 100 });
  for (let n = 0; n < 7; n++) await sender.add({ n, text: 'x'.repeat(10) });
  // A hundred bytes are four events at most: the others are on the server.
  assert.ok(server.seen.length >= 3);
  await sender.flush();
  const bodies = server.seen.map(({ body }) => JSON.parse(body).events.map(({ n }: { n: number }) => n));
  assert.deepEqual(bodies[0], bodies[1], 'the refused batch is repeated');
  assert.deepEqual(bodies.slice(1).flat(), [0, 1, 2, 3, 4, 5, 6]);
  assert.ok(bodies.every((batch) => batch.length <= 2));
});

test('a sender sends what waits long enough, and tells of events that are refused', async () => {
  await using server = await refusing([422]);
  const failed: unknown[] = [];
  const onFailure = (_: unknown, events: unknown[]) => failed.push(...events);
  const sender = server.millrace.sender('key', { waitMs: 1, onFailure });
  await sender.add({ n: 1 });
  await eventually('the event to be refused', () => failed.length === 1);
  await sender.add({ n: 2 });
  await sender.flush();
  assert.deepEqual([failed, server.seen.length], [[{ n: 1 }], 2]);

  await using other = await refusing([422]);
  await using throwing = other.millrace.sender('key');
  await throwing.add({ n: 1 });
  await assert.rejects(throwing.flush(), { status: 422 });
});

test('each event is stored once, whatever happens to requests, and while the server restarts', async () => {
  await using own = await startTestApp();
  await using way = await unreliableWay(() => own.url, everyTrouble);
  const { key } = await own.client.call('createCollector', { body: { name: 'Shop' } });
  await using sender = new Millrace({ url: way.url, timeoutMs: 500 }).sender(key, { batchMax: 2, waitMs: 1 });
  const restarted = own.restart();
  for (let n = 0; n < 20; n++) await sender.add({ 'wt.ev': 'buy', n });
  await sender.flush();
  await restarted;
  const { data } = await own.client.call('listEvents', { query: { limit: '100' } });
  const stored = data.map((one) => Number(one.data?.['n'])).toSorted((a, b) => a - b);
  assert.deepEqual(stored, [...Array(20).keys()]);
  assert.ok(
    Object.values(way.met).every((count) => count > 0),
    JSON.stringify(way.met),
  );
});

test('an error of onFailure does not stop a sender', async () => {
  await using server = await refusing([422]);
  const onFailure = () => {
    throw new Error('on failure');
  };
  const sender = server.millrace.sender('key', { waitMs: 1, onFailure });
  await sender.add({ n: 1 });
  await assert.rejects(sender.flush(), { message: 'on failure' });
  await sender.add({ n: 2 });
  await sender.flush();
  assert.equal(server.seen.length, 2);
});

test('the stream of events has each event with its actions, and ends when the caller or the server refuses more', async () => {
  const millrace = connect();
  const { key } = await millrace.createCollector({ body: { name: 'Streamed' } });
  const stop = new AbortController();
  const messages = millrace.watchEvents({ name: 'streamed' }, { signal: stop.signal });
  const first = messages.next();
  const sending = setInterval(() => {
    void millrace.sendEvents({ path: { key }, body: { events: [{ 'wt.ev': 'streamed', total: 7 }] } });
  }, 50);
  const { value } = await first.finally(() => clearInterval(sending));
  assert.deepEqual([value.event.data.total, value.matched], ['7', []]);
  stop.abort();
  for await (const message of messages) assert.ok('event' in message, 'it ends');
  const stranger = new Millrace({ url: app.url, token: 'wrong' });
  await assert.rejects(stranger.watchEvents().next(), { name: 'ProblemError', code: 'unauthorized' });
});
