import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isOnPostgres } from '../../../test/support/database.ts';
import type { Order } from '../snapshot/order-key.ts';
import { openWorld, type World } from './simulation.testing.ts';
import type { Manner } from './simulation-peers.testing.ts';

const destinations = 3;
const turned = fc.constantFrom('enabled', 'enabled', 'disabled', 'paused');
const afterMs = fc.constantFrom(0, 0, 0, 10, 700, 20_000);
const manner: fc.Arbitrary<Manner> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      status: fc.constantFrom(200, 200, 200, 204, 500, 502, 429, 503, 400, 404, 410, 401, 302, 408),
      afterMs,
      retryAfter: fc.constantFrom(null, null, '1', '30', '90', 'soon'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ error: fc.constantFrom('reset' as const, 'timeout' as const), afterMs }) },
);

type Step = (world: World) => Promise<unknown>;
/** A random step, with the text by which a failing run reports it. */
const happens = <T>(
  weight: number,
  what: string,
  given: fc.Arbitrary<T>,
  step: (world: World, given: T) => Promise<unknown>,
) => ({
  weight,
  arbitrary: given.map((value) => {
    const run: Step = (world) => step(world, value);
    return Object.assign(run, { toString: () => `${what} ${JSON.stringify(value)}` });
  }),
});

const at = fc.nat(destinations - 1);
const which = fc.nat(10_000);

const happening = fc.oneof(
  happens(
    8,
    'events',
    fc.record({ count: fc.integer({ min: 1, max: 12 }), to: fc.integer({ min: 0, max: 7 }) }),
    (world, { count, to }) => world.send(count, to),
  ),
  happens(8, 'wait', fc.constantFrom(0, 1, 25, 999, 5_000, 31_000, 120_000), (world, ms) => world.clock.advance(ms)),
  happens(3, 'turn destination', fc.record({ at, status: turned }), (world, { at: n, status }) =>
    world.writeDestination(n, { status }),
  ),
  happens(2, 'turn connection', fc.record({ at: fc.nat(1), status: turned }), (world, { at: n, status }) =>
    world.writeConnection(n, { status }),
  ),
  happens(2, 'rewrite', fc.record({ at, isList: fc.boolean() }), (world, { at: n, isList }) =>
    world.writeDestination(n, { isList }),
  ),
  happens(1, 'new credentials', fc.nat(99), (world, n) => world.writeConnection(0, { token: `t${n}` })),
  happens(3, 'cancel', which, (world, n) => world.cancel(n)),
  happens(3, 'retry', fc.record({ which, again: fc.boolean() }), (world, { which: n, again }) => world.retry(n, again)),
  happens(1, 'delete destination', fc.constant(destinations - 1), (world, n) => world.deleteDestination(n)),
  happens(1, 'kill', fc.constant(null), (world) => world.kill()),
  happens(1, 'stop', fc.constant(null), (world) => world.stop()),
  happens(1, 'full storage', fc.constantFrom(10, 2_500, 40_000), (world, ms) => world.fillStorage(ms)),
  happens(2, 'slow reading', fc.integer({ min: 1, max: 30 }), async (world, turns) => world.slowReading(turns)),
);

const runs = Number(process.env['MILLRACE_SIMULATIONS'] ?? 50);
const seed = Number(process.env['MILLRACE_SIMULATION_SEED'] ?? 7);

const order = (releaseAfter: number | null) => ({ key: 'visitorId', releaseAfter });

test('in any order of faults, each event is delivered once or has a reason why not, never early, never twice at once', () =>
  live([], runs));

test('and with an order key, the deliveries of one visitor are sent one after the other', () =>
  live([order(null), order(2), order(1)], Math.ceil(runs / 2)));

async function live(orders: readonly (Order | null)[], numRuns: number) {
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(manner, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(happening, fc.nat(8)), { minLength: 5, maxLength: 40, size: 'max' }),
      async (manners, story) => {
        await using world = await openWorld({
          destinations,
          orders,
          behave: (_, exchange) => manners[exchange % manners.length],
        });
        for (const [step, turns] of story) {
          await step(world);
          await world.turn(turns);
        }
        await world.comeToRest();
        assert.deepEqual(world.problems, []);
        sent += world.peers.exchanges;
        const deliveries = await world.deliveries();
        for (const { id, status, reason, detail } of deliveries)
          assert.ok(
            ['delivered', 'failed', 'skipped', 'cancelled'].includes(status),
            `${id}: ${status} ${reason} ${detail}`,
          );
        const planned = deliveries.map(({ eventId, actionId }) => `${eventId} ${actionId}`);
        assert.deepEqual(planned.toSorted(), [...world.expected].toSorted());
      },
    ),
    // On PostgreSQL a story chooses what happens and not in which order the server does it: a shorter one may not fail at all.
    { seed, numRuns, endOnFailure: isOnPostgres() },
  );
  assert.ok(sent > numRuns * 20, `${sent} exchanges in ${numRuns} runs are too few to find anything`);
}
