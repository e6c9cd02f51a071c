import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf, requestTo, responseOf } from '../egress.conformance.ts';
import type { EgressOutcome, EgressRequest } from '../egress.ts';
import { parseAllowRules } from '../guard/allow-list.ts';
import { checkUrl, createGuard } from '../guard/guard.ts';
import { createDns } from './dns.ts';
import { Exchange, requestHead } from './exchange.ts';
import { KeptConnections } from './kept-connections.ts';
import { Opening } from './opening.ts';
import { OpeningTurns } from './opening-turns.ts';
import { OriginPool } from './origin-pool.ts';
import { httpPeer, rawPeer } from './testing/peers.testing.ts';
import { wayTo } from './way.ts';

/** An origin pool to a port of this machine; the test moves its clock and looks for what is late. */
function openPool(port: number) {
  const clock = { now: 1_000 };
  const allow = parseAllowRules('127.0.0.0/8');
  assert.ok(allow.ok);
  const guard = createGuard({ allow: allow.rules, ownListeners: () => [], isInboxOpen: () => false });
  const dns = createDns([]);
  const target = checkUrl(guard, `http://127.0.0.1:${port}/`);
  assert.ok(!('reason' in target));
  const now = () => clock.now;
  const kept = new KeptConnections(20_000);
  const turns = new OpeningTurns(now);
  const way = wayTo(target, {}, { guard, dns, turns, sessions: null });
  assert.ok(!('reason' in way));
  const pool = new OriginPool({ open: () => new Opening(way, now), now, kept });
  return {
    clock,
    kept,
    pool,
    turns,
    send: (path: string, part: Partial<EgressRequest> = {}, onOutcome: (outcome: EgressOutcome) => void = () => {}) =>
      new Promise<EgressOutcome>((resolve) => {
        const request = requestTo(`http://127.0.0.1:${port}${path}`, { timeoutMs: 2_000, ...part });
        const head = requestHead(request, { ...target, path }, 'test');
        assert.ok(typeof head === 'string');
        pool.send(
          new Exchange(request, head, now, (outcome) => {
            onOutcome(outcome);
            resolve(outcome);
          }),
        );
      }),
    [Symbol.dispose]() {
      pool.close({ kind: 'reset', message: 'The test is over.' });
      dns[Symbol.dispose]();
    },
  };
}

test('an idle connection is closed after the time that the peer announced, less a second or half of a short time, and its pool is empty then', async () => {
  for (const [headers, closesAfterMs] of [
    [{}, 15_000],
    [{ 'keep-alive': 'timeout=10' }, 9_000],
    [{ 'keep-alive': 'timeout=3600' }, 60_000],
    [{ 'keep-alive': 'timeout=2' }, 1_000],
    [{ 'keep-alive': 'timeout=1' }, 500],
    [{ 'keep-alive': 'timeout=0' }, 0],
    [{ connection: 'close' }, 0],
  ] as const) {
    await using peer = await httpPeer((_request, response) => {
      response.writeHead(200, { 'keep-alive': 'x', ...headers }).end('ok');
    });
    using opened = openPool(peer.port);
    const { clock, pool, kept, send } = opened;
    assert.equal(responseOf(await send('/')).status, 200);
    assert.equal(kept.count, closesAfterMs > 0 ? 1 : 0);
    clock.now += closesAfterMs - 1;
    assert.equal(pool.sweep(Number.POSITIVE_INFINITY), true);
    assert.equal(pool.isEmpty, closesAfterMs === 0);
    clock.now++;
    pool.sweep(Number.POSITIVE_INFINITY);
    assert.deepEqual([pool.isEmpty, kept.count], [true, 0], JSON.stringify(headers));
  }
});

/** A peer that keeps connections and announces nothing of it. */
const silentPeer = () => httpPeer((_request, response) => void response.setHeader('keep-alive', 'x').end('ok'));

test('a connection whose idle time is over is not used, even before it is closed', async () => {
  await using peer = await silentPeer();
  using opened = openPool(peer.port);
  const { clock, kept, send } = opened;
  responseOf(await send('/'));
  clock.now += 14_999;
  assert.equal(responseOf(await send('/')).timings.connectMs, null);
  clock.now += 15_000;
  const { timings, resends } = responseOf(await send('/'));
  assert.deepEqual([timings.connectMs !== null, resends, peer.connections(), kept.count], [true, 0, 2, 1]);
});

test('a request that must not be sent twice uses no connection that was idle for four seconds', async () => {
  await using peer = await silentPeer();
  using opened = openPool(peer.port);
  const { clock, kept, send } = opened;
  responseOf(await send('/'));
  clock.now += 3_999;
  assert.equal(responseOf(await send('/', { isOnce: true })).timings.connectMs, null);
  clock.now += 4_000;
  assert.notEqual(responseOf(await send('/', { isOnce: true })).timings.connectMs, null);
  assert.deepEqual([peer.connections(), kept.count], [2, 2]);
  clock.now += 10_999;
  assert.equal(responseOf(await send('/')).timings.connectMs, null, 'others still use it');
});

test('after a cut response the connection is closed at once', async () => {
  await using peer = await httpPeer((_request, response) => void response.end('x'.repeat(1_000_000)));
  using opened = openPool(peer.port);
  for (let i = 1; i <= 2; i++) {
    assert.ok(responseOf(await opened.send('/', { responseBytesMax: 10 })).truncated);
    assert.deepEqual([opened.pool.isEmpty, opened.kept.count, peer.connections()], [true, 0, i]);
  }
});

test('deadlines expire never early: in flight, and while a connection opens', async () => {
  await using peer = await rawPeer((socket) => socket.resume());
  using opened = openPool(peer.port);
  const { clock, pool, send } = opened;
  const outcomes: EgressOutcome[] = [];
  const note = (outcome: EgressOutcome) => void outcomes.push(outcome);
  const exchanges = Array.from({ length: 20 }, () => send('/', {}, note));
  while (peer.connections() < 20) await new Promise((resolve) => setImmediate(resolve));
  const early = send('/', { timeoutMs: 100 }, note);
  while (peer.connections() < 21) await new Promise((resolve) => setImmediate(resolve));
  clock.now += 99;
  pool.sweep(Number.POSITIVE_INFINITY);
  assert.deepEqual(outcomes, []);
  clock.now++;
  pool.sweep(Number.POSITIVE_INFINITY);
  assert.equal(kindOf(await early), 'timeout', 'the shortest deadline counts, although it came last');
  clock.now += 1_899;
  pool.sweep(Number.POSITIVE_INFINITY);
  assert.equal(outcomes.length, 1);
  clock.now++;
  pool.sweep(Number.POSITIVE_INFINITY);
  assert.deepEqual(new Set((await Promise.all(exchanges)).map(kindOf)), new Set(['timeout']));
  assert.equal(pool.isEmpty, true);

  const late = send('/', { connectTimeoutMs: 50 });
  clock.now += 50;
  pool.sweep(Number.POSITIVE_INFINITY);
  assert.equal(kindOf(await late), 'dns', 'its lookup had not ended');
});

test('the time in which a connection waits for its turn does not count as connecting', async () => {
  await using peer = await silentPeer();
  using opened = openPool(peer.port);
  const { clock, pool, turns, send } = opened;
  turns.begin('another origin', () => {
    clock.now += 1_000;
  });
  const exchange = send('/', { connectTimeoutMs: 50, timeoutMs: 5_000 });
  clock.now += 1_000;
  pool.sweep(Number.POSITIVE_INFINITY);
  const { timings } = responseOf(await exchange);
  assert.deepEqual([timings.connectMs, timings.totalMs], [0, 1_000]);
});

test('when many exchanges are late at once, the sweep ends in time and continues where it was', async () => {
  await using peer = await rawPeer((socket) => socket.resume());
  using opened = openPool(peer.port);
  const { clock, pool, send } = opened;
  let ended = 0;
  const exchanges = Array.from({ length: 300 }, () =>
    send('/', {}, () => {
      ended++;
      clock.now++;
    }),
  );
  while (peer.connections() < 300) await new Promise((resolve) => setImmediate(resolve));
  clock.now += 2_000;
  for (let before = 0; ; before = ended) {
    const isDone = pool.sweep(clock.now + 20);
    assert.ok(ended - before <= 20, `${ended - before} in one turn`);
    if (isDone) break;
  }
  assert.equal((await Promise.all(exchanges)).length, 300);
});
