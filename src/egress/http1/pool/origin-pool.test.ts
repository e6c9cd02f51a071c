import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { responseOf } from '../../egress.conformance.ts';
import type { EgressOutcome } from '../../egress.ts';
import { parseAllowRules } from '../../guard/allow-list.ts';
import { checkUrl, createGuard } from '../../guard/guard.ts';
import { createDns } from '../connect/dns.ts';
import { httpPeer } from '../testing/peers.testing.ts';
import type { Deadline } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import { createOriginPool } from './origin-pool.ts';
import { createPoolKeys } from './pool-key.ts';

/** An origin pool to a port of this machine; the test decides when deadlines expire. */
function openPool(port: number) {
  const allow = parseAllowRules('127.0.0.0/8');
  assert.ok(allow.ok);
  const guard = createGuard({ allow: allow.rules, ownListeners: () => [], isInboxOpen: false });
  const dns = createDns([]);
  const target = checkUrl(guard, `http://127.0.0.1:${port}/`);
  assert.ok(!('reason' in target));
  const way = createPoolKeys({ guard, dns }).wayTo(target, {});
  assert.ok(!('reason' in way));
  const running = new Map<Deadline, { afterMs: number; onExpired(): void }>();
  const kept = { count: 0 };
  const emptied = Promise.withResolvers<void>();
  const pool = createOriginPool({
    way,
    now: () => performance.now(),
    kept,
    onEmpty: emptied.resolve,
    deadlines: {
      start(afterMs, onExpired) {
        const deadline = { cancel: () => void running.delete(deadline) };
        running.set(deadline, { afterMs, onExpired });
        return deadline;
      },
      [Symbol.dispose]() {},
    },
  });
  return {
    kept,
    emptied: emptied.promise,
    send: (path: string) =>
      new Promise<EgressOutcome>((onOutcome) => {
        const dispatch = { path, method: 'GET' } as const;
        const limits = { connectTimeoutMs: 1_000, timeoutMs: 2_000, responseBytesMax: 10 };
        pool.dispatch(new Exchange({ dispatch, ...limits, now: () => performance.now(), onOutcome }));
      }),
    /** Expires all running deadlines; returns their lengths. */
    expireAll(): number[] {
      const all = [...running];
      for (const [deadline, { onExpired }] of all) {
        running.delete(deadline);
        onExpired();
      }
      return all.map(([, { afterMs }]) => afterMs);
    },
    [Symbol.dispose]: () => dns[Symbol.dispose](),
  };
}

test('an idle connection without a socket is closed after a while, and its pool with it', async () => {
  await using peer = await httpPeer((request, response) => {
    response.end(request.url === '/long' ? 'x'.repeat(1_000_000) : 'short');
  });
  using pool = openPool(peer.port);
  const cut = async () => {
    assert.ok(responseOf(await pool.send('/long')).truncated);
    await nextTurn();
    assert.equal(pool.kept.count, 1);
  };

  await cut();
  assert.equal(responseOf(await pool.send('/short')).truncated, false);
  await nextTurn();
  assert.deepEqual([pool.kept.count, pool.expireAll()], [1, []], 'it has a socket again, and no deadline');

  await cut();
  assert.deepEqual(pool.expireAll(), [4_000]);
  assert.equal(pool.kept.count, 0);
  const { status, resends } = responseOf(await pool.send('/short'));
  assert.deepEqual([status, resends], [200, 0], 'sent at the moment the old one ends');
  await nextTurn();

  await cut();
  assert.deepEqual(pool.expireAll(), [4_000]);
  await pool.emptied;
  assert.equal(pool.kept.count, 0);
});
