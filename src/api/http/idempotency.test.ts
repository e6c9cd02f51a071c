import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStorage } from '../../../test/support/storage.ts';
import { sqliteRequests } from '../../requests/sqlite/sqlite-requests.ts';
import { idempotency } from './idempotency.ts';

const body = Buffer.from('{}');
const answer = (text: string) => ({ status: 201, headers: {}, body: text, rights: [] });

/** Idempotency on storage in memory; `restart` begins a new process on it. */
async function open(now: () => number = () => 0, bytesMax?: number) {
  const storage = await openStorage();
  const { responses } = sqliteRequests(storage.sqlite, bytesMax);
  let epochs = 0;
  const start = () =>
    idempotency({
      responses,
      now,
      epoch: `epoch ${++epochs}`,
      failed: (error) => {
        throw error;
      },
    });
  let { begin, forget } = start();
  type Repeatable = Parameters<typeof begin>[0];
  return {
    begin: (request: Repeatable) => begin(request),
    forget: () => forget(),
    prune: () => responses.prune(now()),
    restart() {
      ({ begin, forget } = start());
    },
    /** Runs a request to its end; returns whether it ran or was repeated. */
    async run(principal: string, place: string, text = 'x'): Promise<'run' | 'repeated'> {
      const begun = await begin({ principal, place, body });
      if ('status' in begun) return 'repeated';
      await begun.keep(answer(text));
      return 'run';
    },
    [Symbol.asyncDispose]: storage[Symbol.asyncDispose],
  };
}

test('a key belongs to one principal and path, and a released request can be retried', async () => {
  await using keys = await open();
  const { begin, run } = keys;
  assert.equal(await run('a', '/x'), 'run');
  assert.equal(await run('a', '/x'), 'repeated');
  assert.equal(await run('b', '/x'), 'run');
  assert.equal(await run('a', '/y'), 'run');
  await assert.rejects(begin({ principal: 'a', place: '/x', body: Buffer.from('[]') }), {
    code: 'idempotency_key_reused',
  });
  const failed = await begin({ principal: 'a', place: '/z', body });
  await assert.rejects(begin({ principal: 'a', place: '/z', body }), { code: 'request_in_progress' });
  assert.ok(!('status' in failed));
  await failed.release();
  assert.equal(await run('a', '/z'), 'run');
});

test('of two requests with one key at the same time one runs', async () => {
  await using keys = await open();
  const both = await Promise.allSettled([
    keys.begin({ principal: 'a', place: '/x', body }),
    keys.begin({ principal: 'a', place: '/x', body }),
  ]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
});

test('storage is bounded, and a principal that fills it loses only its own responses', async () => {
  await using keys = await open(() => 0, 100_000);
  await keys.run('modest', '/x', 'm'.repeat(1_000));
  for (let n = 0; n < 1_000; n++) await keys.run('greedy', `/${n}`, 'g'.repeat(1_000));
  assert.equal(await keys.run('modest', '/x'), 'repeated');
  assert.equal(await keys.run('greedy', '/999'), 'repeated');
  assert.equal(await keys.run('greedy', '/0'), 'run');
});

test('a response that finishes after its key has been reused is not kept', async () => {
  let now = 0;
  await using keys = await open(() => now);
  const { begin } = keys;
  const late = await begin({ principal: 'a', place: '/x', body });
  now = 600_001;
  const second = await begin({ principal: 'a', place: '/x', body });
  assert.ok(!('status' in late) && !('status' in second));
  await late.keep(answer('late'));
  await assert.rejects(begin({ principal: 'a', place: '/x', body }), { code: 'request_in_progress' });
  await second.keep(answer('second'));
  const third = await begin({ principal: 'a', place: '/x', body });
  assert.ok('status' in third && third.body === 'second');
});

test('after an erasure no response is kept, not even that of a request that runs, and no request runs a second time', async () => {
  await using keys = await open();
  const ask = (place: string) => keys.begin({ principal: 'p', place, body });
  await keys.run('p', '/done');
  const running = await ask('/running');
  assert.ok('keep' in running);
  await keys.forget();
  await running.keep(answer('ann'));
  for (const place of ['/done', '/running']) await assert.rejects(ask(place), { code: 'request_interrupted' });
  assert.equal(await keys.run('p', '/new'), 'run');
  assert.equal(await keys.run('p', '/new'), 'repeated');
});

test('after a restart the first response is repeated for 24 h from its request', async () => {
  let now = 0;
  await using keys = await open(() => now);
  await keys.run('a', '/x', 'first');
  keys.restart();
  now = 86_399_999;
  assert.deepEqual(await keys.begin({ principal: 'a', place: '/x', body }), answer('first'));
  now += 1;
  await keys.prune();
  assert.equal(await keys.run('a', '/x'), 'run');
});

test('a request whose process ended before its response was stored is not run again with the same key', async () => {
  let now = 0;
  await using keys = await open(() => now);
  const { begin } = keys;
  const lost = await begin({ principal: 'a', place: '/x', body });
  keys.restart();
  now = 3_600_000;
  await assert.rejects(begin({ principal: 'a', place: '/x', body }), { code: 'request_interrupted' });
  assert.ok('keep' in lost);
  now = 86_400_000;
  await keys.prune();
  assert.ok('keep' in (await begin({ principal: 'a', place: '/x', body })));
});
