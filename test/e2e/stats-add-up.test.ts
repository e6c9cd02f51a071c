import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/cli/demo/random.ts';
import type { Delivery } from '../../src/contract/records/delivery.ts';
import { startTestApp, wire } from '../support/app.ts';
import { eventually } from '../support/eventually.ts';
import { startReceiver } from '../support/receiver.ts';

const acts = 120;
const ended = ['delivered', 'failed', 'skipped', 'cancelled'];

test('after any history, created and reopened deliveries are those delivered, failed, skipped, cancelled and unfinished', async () => {
  const random = seededRandom(5);
  const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] ?? assert.fail();
  await using app = await startTestApp();
  await using receiver = await startReceiver();
  const { client } = app;
  receiver.answer('/any', ...Array.from({ length: 2_000 }, () => ({ status: oneOf([200, 200, 422, 500, 503]) })));
  const breaker = { failureRatio: 1, minimum: 1_000, windowMs: 60_000, openMs: 30_000 };
  const settings = { retry: { scheduleMs: [0, 5], jitter: 0 }, breaker };
  const wired = await Promise.all(
    [1, 2].map((n) =>
      wire(app, receiver, {
        connection: { name: `C${n}`, baseUrl: receiver.url, settings },
        destination: { path: '/any' },
      }),
    ),
  );
  const all = () => Array.fromAsync(client.list('listDeliveries', { query: { limit: 200 } }));
  const any = async (): Promise<Delivery | undefined> => {
    const known = await all();
    return known[Math.floor(random() * known.length)];
  };
  const status = async (body: { status: 'enabled' | 'paused' }) =>
    client.call('changeDestination', { params: { id: oneOf(wired).destination.id }, body });
  // Some are refused: the delivery is in flight, or has ended.
  const refused = () => undefined;
  const act: (() => Promise<unknown>)[] = [
    () => oneOf(wired).send({ n: String(random()) }),
    () => oneOf(wired).send({ n: String(random()) }),
    async () => client.call('cancelDelivery', { params: { id: (await any())?.id ?? '' } }).catch(refused),
    async () => client.call('retryDelivery', { params: { id: (await any())?.id ?? '' }, body: {} }).catch(refused),
    () => status({ status: 'paused' }),
    () => status({ status: 'enabled' }),
    () => client.call('createReplay', { body: { of: 'deliveries', filter: {}, only: 'undelivered' } }),
    () => client.call('releaseConnection', { params: { id: oneOf(wired).connection.id } }),
  ];
  for (let n = 0; n < acts; n++) await oneOf(act)();
  const totals = await eventually('the counts to agree', async () => {
    const before = await all();
    const { totals } = await client.call('getStats', { query: { range: '1h' } });
    const unfinished = before.filter(({ status }) => !ended.includes(status));
    const states = (all: readonly Delivery[]) => all.map(({ id, status }) => `${id} ${status}`).join();
    const isStill = unfinished.every(({ status }) => status === 'held') && states(before) === states(await all());
    const { created, reopened, delivered, failed, skipped, cancelled } = totals;
    // The counts of another node come up to 6 s later, and those of one node add up, too.
    const isWhole = isStill && created === before.length;
    return isWhole && created + reopened === delivered + failed + skipped + cancelled + unfinished.length && totals;
  });
  const { created, reopened, cancelled } = totals;
  assert.equal(created, (await all()).length);
  assert.ok(created > 20 && reopened > 0 && cancelled > 0);
});
