import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { startProxy } from '../../../test/support/proxy.ts';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import { OpeningTurns } from './opening-turns.ts';
import { openEgress } from './testing/open-egress.testing.ts';
import { httpsPeer, pem, rawPeer } from './testing/peers.testing.ts';

const SERVER = { cert: pem('server.crt'), key: pem('server.key') };
const TLS = { tls: { ca: pem('ca.crt') } };

test('a turn of the event loop begins as many connections as it has time for, and origins take turns', async () => {
  let now = 0;
  const turns = new OpeningTurns(() => now);
  const begun: string[] = [];
  const begin = (origin: string) =>
    turns.begin(origin, () => {
      begun.push(origin);
      now += 3;
    });
  for (let i = 0; i < 7; i++) begin('a');
  for (const origin of ['b', 'c', 'b']) begin(origin);
  assert.equal(begun.join(''), 'aaa');
  await nextTurn();
  assert.equal(begun.join(''), 'aaaabc');
  await nextTurn();
  assert.equal(begun.join(''), 'aaaabcaba');
  await nextTurn();
  assert.equal(begun.join(''), 'aaaabcabaa');
  begin('d');
  assert.equal(begun.at(-1), 'd', 'while there is time, it begins at once');
});

test('what waits begins although a single beginning takes longer than a turn has', async () => {
  let now = 0;
  const turns = new OpeningTurns(() => now);
  let begun = 0;
  for (let i = 0; i < 5; i++)
    turns.begin('a', () => {
      begun++;
      now += 100;
    });
  for (let i = 1; i <= 5; i++, await nextTurn()) assert.equal(begun, i);
});

test('TLS handshakes that are continued in later turns all succeed, with a peer and with a proxy', async () => {
  await using proxy = await startProxy({ tls: SERVER });
  const through = { url: `https://localhost:${proxy.port}`, username: null, password: '' };
  for (const [maxVersion, part] of [
    ['TLSv1.2', {}],
    ['TLSv1.3', {}],
    ['TLSv1.3', { proxy: through }],
  ] as const) {
    await using peer = await httpsPeer(
      { ...SERVER, maxVersion },
      (request, response) => void response.end(request.url),
    );
    let time = 0;
    // Each reading is 1 ms later, so that a turn has time for some of them only.
    await using egress = openEgress('127.0.0.0/8', { now: () => ++time });
    const paths = Array.from({ length: 100 }, (_, i) => `/${i}`);
    const limits = { connectTimeoutMs: 1e9, timeoutMs: 1e9 };
    const url = `https://localhost:${peer.port}`;
    const outcomes = await Promise.all(
      paths.map((path) => egress.send(requestTo(url + path, { ...TLS, ...limits, ...part }))),
    );
    assert.deepEqual(
      outcomes.map((outcome) => Buffer.from(responseOf(outcome).body).toString()),
      paths,
    );
    assert.equal(peer.connections(), 100);
  }
});

test('a peer that closes while its TLS handshake waits for a turn gives an error at once', async () => {
  for (const end of [(socket: Socket) => socket.end(), (socket: Socket) => socket.resetAndDestroy()]) {
    await using peer = await rawPeer(end);
    let time = 0;
    await using egress = openEgress('127.0.0.0/8', { now: () => ++time });
    const endless = { ...TLS, connectTimeoutMs: 1e9, timeoutMs: 1e9 };
    const sends = Array.from({ length: 50 }, () => egress.send(requestTo(`https://localhost:${peer.port}/`, endless)));
    for (const outcome of await Promise.all(sends)) assert.match(kindOf(outcome), /^(?:tls|connect)$/);
  }
});

test('a peer that never finishes its handshakes delays no other', async () => {
  await using hanging = await rawPeer((socket) => socket.resume());
  await using peer = await httpsPeer(SERVER, (_request, response) => void response.end());
  const egress = openEgress();
  const endless = { connectTimeoutMs: 3_600_000, timeoutMs: 3_600_000 };
  const hung = Array.from({ length: 300 }, () =>
    egress.send(requestTo(`https://localhost:${hanging.port}/`, { ...TLS, ...endless })),
  );
  for (let i = 0; i < 20; i++) responseOf(await egress.send(requestTo(`https://localhost:${peer.port}/`, TLS)));
  await egress[Symbol.asyncDispose]();
  assert.deepEqual(new Set((await Promise.all(hung)).map(kindOf)), new Set(['reset']));
});
