import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type SeenRequest, type ServedResponse, testEgress } from '../egress.conformance.ts';
import { parseAllowRules } from '../guard/allow-list.ts';
import { http1Egress } from './http1-egress.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { httpPeer, rawPeer } from './testing/peers.testing.ts';

testEgress('http1', async () => {
  const seen: SeenRequest[] = [];
  let next: (request: SeenRequest) => ServedResponse = () => ({ status: 200 });
  const peer = await httpPeer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const headers = request.rawHeaders.flatMap((name, i) =>
      i % 2 === 0 ? [[name.toLowerCase(), request.rawHeaders[i + 1] ?? ''] as const] : [],
    );
    const got = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers,
      body: Buffer.concat(chunks).toString(),
    };
    seen.push(got);
    const answer = next(got);
    response.writeHead(answer.status, (answer.headers ?? []).flat());
    response.end(answer.body);
  });
  const parsed = parseAllowRules(`127.0.0.1:${peer.port}`);
  const egress = http1Egress({
    allow: parsed.ok ? parsed.rules : [],
    dnsServers: [],
    ownListeners: () => [],
    isInboxOpen: () => false,
    version: '1.2.3',
  });
  return {
    egress,
    origin: `http://127.0.0.1:${peer.port}`,
    seen,
    respond(handler) {
      next = handler;
    },
    async [Symbol.asyncDispose]() {
      await egress[Symbol.asyncDispose]();
      await peer[Symbol.asyncDispose]();
    },
  };
});

test('while many exchanges are late, there is one short sweep in each turn of the event loop', async () => {
  await using peer = await rawPeer((socket) => socket.resume());
  const parsed = parseAllowRules(`127.0.0.1:${peer.port}`);
  let laterMs = 0;
  let readings = 0;
  await using egress = http1Egress({
    allow: parsed.ok ? parsed.rules : [],
    dnsServers: [],
    ownListeners: () => [],
    isInboxOpen: () => false,
    version: '1.2.3',
    // Each reading is 1 ms later, so that a sweep ends after its first late exchange.
    now: () => laterMs + ++readings,
  });
  let ended = 0;
  const limits = { connectTimeoutMs: 1_000_000, timeoutMs: 1_000_000 };
  const exchanges = Array.from({ length: 128 }, async () => {
    await egress.send({ method: 'POST', url: `http://127.0.0.1:${peer.port}/`, headers: [], body: 'x', ...limits });
    ended += 1;
  });
  while (peer.connections() < 128) await nextTurn();
  laterMs = 10_000_000;
  const perTurn: number[] = [];
  for (let before = 0; ended < exchanges.length; before = ended) {
    // Other work of the process.
    for (const until = performance.now() + 1; performance.now() < until; );
    await nextTurn();
    perTurn.push(ended - before);
  }
  await Promise.all(exchanges);
  assert.ok(Math.max(...perTurn) <= 2, `${perTurn}`);
});

test('an internal error while a connection is opened ends its exchange at once, with nothing sent', async () => {
  const ownListeners = () => {
    throw new Error('a bug');
  };
  await using egress = openEgress('127.0.0.0/8', { ownListeners });
  const request = { method: 'GET', url: 'http://127.0.0.1:8787/', headers: [], body: null };
  const outcome = await egress.send({ ...request, connectTimeoutMs: 3_600_000, timeoutMs: 3_600_000 });
  assert.ok(outcome.kind === 'error' && outcome.error.kind === 'connect', JSON.stringify(outcome));
});
